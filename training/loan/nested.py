"""Nested cross-validation: `python -m training.loan.nested --data DATA --out OUT`.

Ten folds, three times over: each fold is answered by models that were chosen, calibrated and
fitted on the other nine (`choose`). Done twice: without and with the protected fields. A fold that
has been answered is a file of its own, so what was broken off goes on.

`--folds` and `--repeats` say how many; `--folds FILE` takes folds of your own: a JSON list of lists
of row numbers, counted from 0; each list is answered from the rest. `--candidates NAME`, once for
each, compares only these; the stages after this one read from its answers which they were.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from shared.errors import InputError
from shared.loan.fields.declared import FIELDS
from shared.loan.models.features import features
from training.loan import candidates
from training.loan.candidates import KINDS, Names
from training.loan.choose import choose_and_fit
from training.loan.data import Applications, read_applications, unprotected
from training.loan.folds import FOLDS, REPEATS, asked_folds
from training.loan.resume import Fold, answer_each
from training.loan.rule import rule_approval

OUT_OF_FOLD = "out_of_fold.json"
VARIANTS = ("without protected fields", "with protected fields")
DIGITS = 10  # decimals of a recorded probability


def columns_of(variant: str, applications: Applications) -> tuple[int, ...]:
    """Which fields a variant uses."""
    if variant == VARIANTS[0]:
        return unprotected(applications.fields)
    return tuple(range(len(applications.fields)))


def answer_fold(
    applications: Applications,
    columns: Sequence[int],
    test: Fold,
    seed: int,
    names: Names = candidates.NAMES,
) -> dict[str, Any]:
    """Answer the rows of a fold from all others.

    Args:
        applications: labelled.
        columns: of the table, that the models may use.
        test: rows to answer.
        seed: of inner folds and fits.
        names: of the candidates, by kind.

    Returns:
        Rows, and for each model its calibrated probabilities, what was chosen and why.
    """
    fields = tuple(applications.fields[k] for k in columns)
    seen = features(fields, applications.table[:, columns])
    train = np.setdiff1d(np.arange(len(seen)), test)
    approved = applications.approved[train]
    answered: dict[str, Any] = {
        "rows": test.tolist(),
        "rule": np.round(rule_approval(applications, train, test), DIGITS).tolist(),
    }
    for kind in KINDS:
        chosen = choose_and_fit(kind, seen[train], approved, seed, names)
        answered[kind] = {
            "chosen": chosen.fitted.name,
            "losses": chosen.losses,
            "approval": np.round(chosen.approval(seen[test]), DIGITS).tolist(),
        }
    return answered


def run(
    applications: Applications,
    folds: list[Fold],
    out: Path,
    seed: int,
    names: Names = candidates.NAMES,
) -> dict[str, Any]:
    """Answer all folds of both variants; what was answered before is read (`resume`)."""
    key = fingerprint(applications, folds, seed, names)
    found: dict[str, Any] = {"key": key, "seed": seed, "data_sha256": applications.sha256}
    for variant in VARIANTS:
        columns = columns_of(variant, applications)

        def answer(number: int, test: Fold, columns: Sequence[int] = columns) -> dict[str, Any]:
            return answer_fold(applications, columns, test, seed + number, names)

        parts = out / "nested" / key[:12] / variant.replace(" ", "-")
        found[variant] = answer_each(folds, answer, parts, variant)
    return found


def fingerprint(
    applications: Applications, folds: list[Fold], seed: int, names: Names = candidates.NAMES
) -> str:
    """What the answers of a fold depend on, besides the rest of the code."""
    said: list[Any] = [applications.sha256, seed, [test.tolist() for test in folds]]
    said.append([field.name for field in applications.fields])
    said.append({name: repr(candidates.PIPELINES[name](seed)) for name in names["ml"]})
    said.append({name: candidates.NETWORKS[name].as_json() for name in names["ann"]})
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def candidates_of(found: Mapping[str, Any]) -> Names:
    """Among which candidates the recorded answers were chosen: each has its loss beside them."""
    first = found[VARIANTS[0]][0]
    return {kind: tuple(first[kind]["losses"]) for kind in KINDS}


def read_out_of_fold(out: Path, applications: Applications) -> dict[str, Any]:
    """What this stage wrote.

    Raises:
        SystemExit: it has not been run, or for other data.
    """
    path = out / OUT_OF_FOLD
    if not path.exists():
        raise SystemExit(f"{path} is missing. Run training.loan.nested first.")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if found["data_sha256"] != applications.sha256:
        raise SystemExit(f"{path} is of other data. Run training.loan.nested with this data.")
    return found


def main() -> None:
    """Command line of the nested stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folds", default=str(FOLDS), metavar="NUMBER or FILE")
    parser.add_argument("--repeats", type=int, help=f"of all folds; {REPEATS} unless given")
    parser.add_argument("--candidates", action="append", metavar="NAME")
    given = parser.parse_args()
    applications = read_applications(given.data, FIELDS)
    try:
        folds = asked_folds(given.folds, given.repeats, applications.approved, given.seed)
        names = candidates.some(given.candidates) if given.candidates else candidates.NAMES
    except InputError as error:
        raise SystemExit(str(error)) from error
    given.out.mkdir(parents=True, exist_ok=True)
    with threadpool_limits(1):  # many small fits: threads cost more than they bring
        found = run(applications, folds, given.out, given.seed, names)
    (given.out / OUT_OF_FOLD).write_text(json.dumps(found) + "\n", encoding="utf-8")
    rows = len(applications.approved)
    print(f"{given.out / OUT_OF_FOLD}: {len(folds)} folds, {rows} rows, two variants")


if __name__ == "__main__":
    main()
