"""Would more applications help? `python -m training.loan.learning --data DATA --out OUT`.

The folds of the first repeat, answered by models that were made from a part of the training rows:
chosen, calibrated and fitted as ever (`choose`). What all rows give is taken over from the nested
stage.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from shared.loan.fields.declared import FIELDS
from shared.loan.models.registry import MODELS
from training.loan import metrics
from training.loan.answers import figure, stacked
from training.loan.candidates import Names
from training.loan.choose import choose_and_fit
from training.loan.data import Applications, read_applications
from training.loan.folds import Fold, answer_each
from training.loan.nested import (
    DIGITS,
    VARIANTS,
    candidates_of,
    columns_of,
    features_of,
    read_out_of_fold,
)
from training.stages import command_line, write_record

LEARNING = "learning.json"
PARTS = (1 / 8, 1 / 4, 1 / 2)  # of a fold's training rows
MEASURED = {"auc": metrics.auc, "brier": metrics.brier}


def first_repeat(folds: Sequence[Mapping[str, Any]], rows: int) -> list[Mapping[str, Any]]:
    """The first of the answered folds that together hold every row once."""
    count = int(np.searchsorted(np.cumsum([len(fold["rows"]) for fold in folds]), rows)) + 1
    return list(folds[:count])


def cut(approved: NDArray[np.int64], part: float, seed: int) -> NDArray[np.int64]:
    """The same part (0..1) of either class, at least a row each; larger parts hold smaller ones."""
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(np.flatnonzero(approved == value)) for value in (0, 1)]
    return np.sort(np.concatenate([order[: max(1, round(part * len(order)))] for order in orders]))


def answer_fold(
    applications: Applications, columns: Sequence[int], test: Fold, seed: int, names: Names
) -> dict[str, Any]:
    """Answer the rows of a fold from parts of all others, by the candidates of these names.

    Returns:
        Rows, and for each part how many rows it had and each model's calibrated probabilities.
    """
    seen = features_of(applications, columns)
    others = np.setdiff1d(np.arange(len(seen)), test)
    parts = []
    for part in PARTS:
        train = others[cut(applications.approved[others], part, seed)]
        answers: dict[str, Any] = {"train": len(train)}
        for kind in MODELS:
            approved = applications.approved[train]
            chosen = choose_and_fit(kind, seen[train], approved, seed, names)
            answers[kind] = np.round(chosen.approval(seen[test]), DIGITS).tolist()
        parts.append(answers)
    return {"rows": test.tolist(), "parts": parts}


def run(applications: Applications, recorded: Mapping[str, Any], out: Path) -> dict[str, Any]:
    """Measure the learning curve, with the folds, seed and candidates of the nested stage."""
    columns = columns_of(VARIANTS[0], applications)
    rows, seed, names = len(applications.approved), recorded["seed"], candidates_of(recorded)
    whole = first_repeat(recorded[VARIANTS[0]], rows)

    def answer(number: int, test: Fold) -> dict[str, Any]:
        return answer_fold(applications, columns, test, seed + number, names)

    folder = out / "learning" / recorded["key"][:12]
    folds = [np.array(fold["rows"]) for fold in whole]
    answered = answer_each(folds, answer, folder, "learning curve")
    points = {
        part: [{"rows": fold["rows"], **fold["parts"][at]} for fold in answered]
        for at, part in enumerate(PARTS)
    }
    points[1.0] = [_of_all_rows(fold, rows) for fold in whole]
    curve = []
    for part, of_part in points.items():
        train = round(float(np.mean([fold["train"] for fold in of_part])))
        curve.append({"part": part, "rows": train} | _point(of_part, applications.approved, seed))
    return {"key": recorded["key"], "curve": curve}


def _of_all_rows(fold: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """A fold of the nested stage in this stage's form."""
    answers: dict[str, Any] = {kind: fold[kind]["approval"] for kind in MODELS}
    return {"rows": fold["rows"], "train": rows - len(fold["rows"]), **answers}


def _point(
    folds: Sequence[Mapping[str, Any]], approved: NDArray[np.int64], seed: int
) -> dict[str, Any]:
    """What both models' answers to all rows are worth."""
    rows = [np.array(fold["rows"]) for fold in folds]
    point: dict[str, Any] = {}
    for kind in MODELS:
        probabilities = stacked(rows, [fold[kind] for fold in folds], len(approved))
        point[kind] = {
            name: figure(make, approved, probabilities, seed) for name, make in MEASURED.items()
        }
    return point


def main() -> None:
    """Command line of the learning stage."""
    given = command_line(__doc__, "data", "out").parse_args()
    applications = read_applications(given.data, FIELDS)
    recorded = read_out_of_fold(given.out, applications)
    with threadpool_limits(1):  # many small fits: threads cost more than they bring
        learned = run(applications, recorded, given.out)
    write_record(given.out / LEARNING, learned)
    for point in learned["curve"]:
        aucs = (f"{point[kind]['auc']['value']:.3f} ({kind})" for kind in MODELS)
        print(f"{point['rows']} rows: AUC {', '.join(aucs)}")


if __name__ == "__main__":
    main()
