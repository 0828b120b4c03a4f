"""Nested cross-validation: `python -m training.loan.nested --data DATA --out OUT`.

Ten folds, three times over: each fold is answered by models that were chosen, calibrated and
fitted on the other nine (`choose`). Done twice: without and with the protected fields. A fold that
has been answered is a file of its own, so what was broken off goes on.

`--folds` and `--repeats` say how many; `--folds FILE` takes folds of your own: a JSON list of lists
of row numbers, counted from 0; each list is answered from the rest. `--candidates NAME`, once for
each, compares only these; the stages after this one read from its answers which they were.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from shared.checkpoint.contract import read_json
from shared.errors import InputError
from shared.loan.fields.declared import FIELDS
from shared.loan.models.decision import DECISION_FILE
from shared.loan.models.features import features
from shared.loan.models.registry import ANN, ML, MODELS, RULE
from training.loan import candidates
from training.loan.candidates import Names
from training.loan.choose import choose_and_fit
from training.loan.data import Applications, read_applications, unprotected
from training.loan.folds import FOLDS, REPEATS, Fold, answer_each, asked_folds
from training.stages import command_line, read_record

OUT_OF_FOLD, CONFIG_FILE = "out_of_fold.json", "config.json"
VARIANTS = ("without protected fields", "with protected fields")
DIGITS = 10  # decimals of a recorded probability
RULE_FIELD, BAD = "credit_history", "bad"


def columns_of(variant: str, applications: Applications) -> tuple[int, ...]:
    """Which fields a variant uses."""
    if variant == VARIANTS[0]:
        return unprotected(applications.fields)
    return tuple(range(len(applications.fields)))


def features_of(applications: Applications, columns: Sequence[int]) -> NDArray[np.float32]:
    """(N, K) float32: what the models see of some columns of the table."""
    fields = tuple(applications.fields[k] for k in columns)
    return features(fields, applications.table[:, columns])


def answer_fold(
    applications: Applications,
    columns: Sequence[int],
    test: Fold,
    seed: int,
    names: Names = candidates.NAMES,
) -> dict[str, Any]:
    """Answer the rows of a fold from all others.

    The loops are nested so that the figure is honest. The inner folds choose among the candidates
    and fit the calibration; both choices flatter themselves on the rows that they were made with.
    Of the outer fold's rows nothing was learned, chosen or calibrated, so these answers are what
    new applicants would get from a model that is made in this way.

    Returns:
        Rows, and for each model its calibrated probabilities, what was chosen and why.
    """
    seen = features_of(applications, columns)
    train = np.setdiff1d(np.arange(len(seen)), test)
    approved = applications.approved[train]
    answered: dict[str, Any] = {
        "rows": test.tolist(),
        RULE.key: np.round(rule_approval(applications, train, test), DIGITS).tolist(),
    }
    for kind in MODELS:
        chosen = choose_and_fit(kind, seen[train], approved, seed, names)
        answered[kind] = {
            "chosen": chosen.fitted.name,
            "losses": chosen.losses,
            "approval": np.round(chosen.approval(seen[test]), DIGITS).tolist(),
        }
    return answered


def refused_by_rule(applications: Applications) -> NDArray[np.bool_]:
    """(N,) whether the rule to beat refuses: it approves unless the credit history is bad.

    A credit history that was not stated is not a bad one.
    """
    at = [field.name for field in applications.fields].index(RULE_FIELD)
    bad = applications.fields[at].values.index(BAD)
    return np.asarray(applications.table[:, at] == bad)


def rule_approval(
    applications: Applications, train: NDArray[np.int64], test: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The rule's probability for some rows: how often its two answers were right on other rows.

    Args:
        applications: labelled.
        train: rows that both rates are counted on, with one row added to either side (Laplace).
        test: rows to answer.
    """
    refused, approved = refused_by_rule(applications), applications.approved
    rates = []
    for side in (False, True):
        among = approved[train][refused[train] == side]
        rates.append((among.sum() + 1) / (len(among) + 2))
    return np.where(refused[test], rates[1], rates[0])


def run(
    applications: Applications,
    folds: list[Fold],
    out: Path,
    seed: int,
    names: Names = candidates.NAMES,
) -> dict[str, Any]:
    """Answer all folds of both variants; what was answered before is read."""
    key = fingerprint(applications, folds, seed, names)
    record: dict[str, Any] = {"key": key, "seed": seed, "data_sha256": applications.sha256}
    for variant in VARIANTS:
        columns = columns_of(variant, applications)

        def answer(number: int, test: Fold, columns: Sequence[int] = columns) -> dict[str, Any]:
            return answer_fold(applications, columns, test, seed + number, names)

        parts = out / "nested" / key[:12] / variant.replace(" ", "-")
        record[variant] = answer_each(folds, answer, parts, variant)
    return record


def fingerprint(
    applications: Applications, folds: list[Fold], seed: int, names: Names = candidates.NAMES
) -> str:
    """What the answers of a fold depend on, besides the rest of the code."""
    inputs: list[Any] = [applications.sha256, seed, [test.tolist() for test in folds]]
    inputs.append([field.name for field in applications.fields])
    inputs.append({name: repr(candidates.PIPELINES[name](seed)) for name in names[ML.key]})
    inputs.append({name: candidates.NETWORKS[name].as_json() for name in names[ANN.key]})
    return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()


def candidates_of(recorded: Mapping[str, Any]) -> Names:
    """Among which candidates the recorded answers were chosen: each has its loss beside them."""
    first = recorded[VARIANTS[0]][0]
    return {kind: tuple(first[kind]["losses"]) for kind in MODELS}


def read_out_of_fold(out: Path, applications: Applications) -> dict[str, Any]:
    """What this stage wrote.

    Raises:
        SystemExit: it has not been run, or for other data.
    """
    path = out / OUT_OF_FOLD
    recorded = read_record(path, "training.loan.nested")
    if recorded["data_sha256"] != applications.sha256:
        raise SystemExit(f"{path} is of other data. Run training.loan.nested with this data.")
    return recorded


def read_of_same_folds(out: Path, file: str, key: str) -> dict[str, Any]:
    """What another stage measured on the same folds.

    Raises:
        SystemExit: it has not been run, or on other folds.
    """
    path = out / file
    stage = f"training.loan.{path.stem}"
    record = read_record(path, stage)
    if record.pop("key") != key:
        raise SystemExit(f"{path} is of other folds than {OUT_OF_FOLD}. Run {stage} again.")
    return record


def check_same_data(checkpoint: Path, applications: Applications) -> None:
    """Refuse to measure a checkpoint on other data than it was made from.

    Raises:
        SystemExit: that is so.
    """
    fitted_on = read_json(checkpoint / DECISION_FILE)["fitted_on"]["sha256"]
    if fitted_on != applications.sha256:
        raise SystemExit(
            f"{checkpoint} was fitted to other data (sha256 {fitted_on[:12]}...). Run "
            "training.loan.fit with this data first."
        )


def check_same_candidates(checkpoint: Path, recorded: Mapping[str, Any]) -> None:
    """Refuse to measure a checkpoint by answers of models that were chosen among others.

    Raises:
        SystemExit: that is so.
    """
    config, measured = read_json(checkpoint / CONFIG_FILE), candidates_of(recorded)
    fitted = {kind: tuple(config[kind]["losses"]) for kind in MODELS}
    if fitted != measured:
        raise SystemExit(
            f"{checkpoint} was chosen among {fitted}, the answers in {OUT_OF_FOLD} among "
            f"{measured}. Run training.loan.fit again."
        )


def main() -> None:
    """Command line of the nested stage."""
    parser = command_line(__doc__, "data", "out", "seed")
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
        record = run(applications, folds, given.out, given.seed, names)
    (given.out / OUT_OF_FOLD).write_text(json.dumps(record) + "\n", encoding="utf-8")
    rows = len(applications.approved)
    print(f"{given.out / OUT_OF_FOLD}: {len(folds)} folds, {rows} rows, two variants")


if __name__ == "__main__":
    main()
