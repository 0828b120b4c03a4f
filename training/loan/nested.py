"""Nested cross-validation: `python -m training.loan.nested --data DATA --out OUT`.

Ten folds, three times over: each fold is answered by models that were chosen, calibrated and
fitted on the other nine (`choose`). Done twice: without and with the protected fields. A fold that
has been answered is a file of its own, so what was broken off goes on. `--folds FILE` takes folds
of your own: a JSON list of lists of row numbers, counted from 0; each list is answered from the
rest.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import RepeatedStratifiedKFold
from threadpoolctl import threadpool_limits

from shared.loan.features import features
from shared.loan.fields import FIELDS
from training.loan import candidates
from training.loan.candidates import KINDS
from training.loan.choose import choose_and_fit
from training.loan.data import Applications, read_applications, unprotected
from training.loan.resume import Fold, answer_each
from training.loan.rule import rule_approval

FOLDS, REPEATS = 10, 3
OUT_OF_FOLD = "out_of_fold.json"
VARIANTS = ("without protected fields", "with protected fields")
DIGITS = 10  # decimals of a recorded probability


def folds_of(approved: NDArray[np.int64], seed: int) -> list[Fold]:
    """The test rows of each outer fold: ten folds, three times over, stratified."""
    outer = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=seed)
    return [test for _, test in outer.split(approved[:, None], approved)]


def columns_of(variant: str, applications: Applications) -> tuple[int, ...]:
    """Which fields a variant uses."""
    if variant == VARIANTS[0]:
        return unprotected(applications.fields)
    return tuple(range(len(applications.fields)))


def answer_fold(
    applications: Applications, columns: Sequence[int], test: Fold, seed: int
) -> dict[str, Any]:
    """Answer the rows of a fold from all others.

    Args:
        applications: labelled.
        columns: of the table, that the models may use.
        test: rows to answer.
        seed: of inner folds and fits.

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
        chosen = choose_and_fit(kind, seen[train], approved, seed)
        answered[kind] = {
            "chosen": chosen.fitted.name,
            "losses": chosen.losses,
            "approval": np.round(chosen.approval(seen[test]), DIGITS).tolist(),
        }
    return answered


def run(applications: Applications, folds: list[Fold], out: Path, seed: int) -> dict[str, Any]:
    """Answer all folds of both variants; what was answered before is read (`resume`)."""
    key = fingerprint(applications, folds, seed)
    found: dict[str, Any] = {"key": key, "seed": seed, "data_sha256": applications.sha256}
    for variant in VARIANTS:
        columns = columns_of(variant, applications)

        def answer(number: int, test: Fold, columns: Sequence[int] = columns) -> dict[str, Any]:
            return answer_fold(applications, columns, test, seed + number)

        parts = out / "nested" / key[:12] / variant.replace(" ", "-")
        found[variant] = answer_each(folds, answer, parts, variant)
    return found


def fingerprint(applications: Applications, folds: list[Fold], seed: int) -> str:
    """What the answers of a fold depend on, besides the rest of the code."""
    said: list[Any] = [applications.sha256, seed, [test.tolist() for test in folds]]
    said.append([field.name for field in applications.fields])
    said.append({name: repr(make(seed)) for name, make in candidates.PIPELINES.items()})
    said.append({name: each.as_json() for name, each in candidates.NETWORKS.items()})
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def read_folds(path: Path, rows: int) -> list[Fold]:
    """Folds of somebody's own.

    Args:
        path: JSON, a list of lists of row numbers.
        rows: of the data.

    Raises:
        SystemExit: it holds something else, a row that is not there, a row twice in a list, or a
            list that leaves no row to learn from.
    """
    try:
        folds = [np.array(each) for each in json.loads(path.read_text("utf-8"))]
        sound = bool(folds) and all(_is_fold(fold, rows) for fold in folds)
    except (ValueError, TypeError):
        sound = False
    if not sound:
        raise SystemExit(
            f"{path} must hold lists of row numbers from 0 to {rows - 1}, none twice in a list and "
            "none with all rows."
        )
    return folds


def _is_fold(fold: NDArray[np.generic], rows: int) -> bool:
    if fold.dtype.kind != "i" or fold.ndim != 1 or not 0 < len(fold) < rows:
        return False
    return len(np.unique(fold)) == len(fold) and fold.min() >= 0 and fold.max() < rows


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
    parser.add_argument("--folds", type=Path, help="JSON: lists of row numbers to answer")
    arguments = parser.parse_args()
    applications = read_applications(arguments.data, FIELDS)
    rows = len(applications.approved)
    folds = (
        read_folds(arguments.folds, rows)
        if arguments.folds
        else folds_of(applications.approved, arguments.seed)
    )
    arguments.out.mkdir(parents=True, exist_ok=True)
    with threadpool_limits(1):  # many small fits: threads cost more than they bring
        found = run(applications, folds, arguments.out, arguments.seed)
    (arguments.out / OUT_OF_FOLD).write_text(json.dumps(found) + "\n", encoding="utf-8")
    print(f"{arguments.out / OUT_OF_FOLD}: {len(folds)} folds, {rows} rows, two variants")


if __name__ == "__main__":
    main()
