"""What the out-of-fold answers are worth: every model and the rule, in the same tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from shared.errors import InputError
from shared.loan.models.registry import ANN, ML, MODELS, RULE
from training.loan import metrics
from training.loan.metrics import Make, over_repeats
from training.metrics import Figure, bootstrap, bootstrap_of_distance

COMPARED = ("accuracy", "auc", "brier", "log_loss")  # metrics of a model against another


@dataclass(frozen=True)
class OutOfFold:
    """Answers of one variant for rows that their models had not seen.

    Attributes:
        approved: (N,) 0 or 1.
        probabilities: (R, N) probability of approval, by model; "rule" is among them.
        folds: (R, N) the outer fold of each row.
    """

    approved: NDArray[np.int64]
    probabilities: dict[str, NDArray[np.float64]]
    folds: NDArray[np.int64]


def collect(folds: list[Mapping[str, Any]], approved: NDArray[np.int64]) -> OutOfFold:
    """Put the answers of all folds together.

    Args:
        folds: of one variant, as the nested stage wrote them; every row in as many of them.
        approved: (N,) 0 or 1.

    Raises:
        InputError: some rows stand in more folds than others.
    """
    rows = [np.array(fold["rows"]) for fold in folds]
    count = len(approved)
    probabilities = {RULE.key: stacked(rows, [fold[RULE.key] for fold in folds], count)}
    for kind in MODELS:
        probabilities[kind] = stacked(rows, [fold[kind]["approval"] for fold in folds], count)
    numbers = [np.full(len(tested), number) for number, tested in enumerate(rows)]
    return OutOfFold(approved, probabilities, stacked(rows, numbers, count).astype(np.int64))


def stacked(
    rows: Sequence[NDArray[np.int64]], values: Sequence[ArrayLike], count: int
) -> NDArray[np.float64]:
    """A value of each row, repeat by repeat.

    Args:
        rows: of each fold.
        values: of each fold, as many as it has rows.
        count: of all rows, N.

    Returns:
        (R, N): of every row the value in the first fold that holds it, in the second, ...

    Raises:
        InputError: some rows stand in more folds than others.
    """
    times = np.bincount(np.concatenate(rows), minlength=count)
    if times.min() < times.max():
        raise InputError(
            f"Some rows are answered {times.min()} times, some {times.max()}. Give folds that "
            "hold every row equally often."
        )
    stack, seen = np.full((times.max(), count), np.nan), np.zeros(count, dtype=np.int64)
    for tested, of_fold in zip(rows, values, strict=True):
        stack[seen[tested], tested] = of_fold
        seen[tested] += 1
    return stack


def measures(threshold: float) -> dict[str, Make]:
    """Every metric by its name."""
    return {
        "accuracy": metrics.accuracy_at(threshold),
        "auc": metrics.auc,
        "brier": metrics.brier,
        "log_loss": metrics.log_loss,
        "calibration_error": metrics.calibration_error,
        "precision": metrics.precision_at(threshold),
        "recall": metrics.recall_at(threshold),
    }


def performance(answers: OutOfFold, threshold: float, seed: int) -> dict[str, dict[str, Figure]]:
    """Every metric of the rule and of both models, with intervals over applicants."""
    return {
        name: {
            metric: figure(make, answers.approved, probabilities, seed)
            for metric, make in measures(threshold).items()
        }
        for name, probabilities in answers.probabilities.items()
    }


def figure(
    make: Make, approved: NDArray[np.int64], probabilities: NDArray[np.float64], seed: int
) -> Figure:
    """A metric over all repeats with its interval."""
    with_interval = bootstrap_of_distance if make is metrics.calibration_error else bootstrap
    each_alone = np.arange(len(approved))
    return with_interval(over_repeats(make, approved, probabilities), each_alone, seed=seed)


def difference(
    make: Make,
    approved: NDArray[np.int64],
    one: NDArray[np.float64],
    other: NDArray[np.float64],
    seed: int,
) -> Figure:
    """How much a metric of one set of answers is above that of another, on the same draws."""
    first, second = (over_repeats(make, approved, answers) for answers in (one, other))
    each_alone = np.arange(len(approved))
    return bootstrap(lambda w: first(w) - second(w), each_alone, seed=seed)


def ml_against_ann(answers: OutOfFold, threshold: float, seed: int) -> dict[str, Any]:
    """The two models against each other, metric by metric.

    For each: the difference with its interval; the standard error of one model's mean over the
    outer folds; and the p-value of a t-test over the folds that is corrected for their overlapping
    training rows (Nadeau and Bengio 2003).
    """
    every = measures(threshold)
    both = answers.probabilities[ML.key], answers.probabilities[ANN.key]
    rows = {}
    for name in COMPARED:
        ml, ann = (by_fold(every[name], answers, kind) for kind in (ML.key, ANN.key))
        rows[name] = {
            "ml_minus_ann": difference(every[name], answers.approved, *both, seed),
            "standard_error": round(float(stats.sem(ml)), 5),
            "p": round(corrected_p(ml - ann, len(both[0])), 4),
        }
    return rows


def by_fold(make: Make, answers: OutOfFold, kind: str) -> NDArray[np.float64]:
    """A metric within each outer fold of each repeat."""
    values = []
    for of_repeat, fold_of_row in zip(answers.probabilities[kind], answers.folds, strict=True):
        for fold in np.unique(fold_of_row):
            rows = fold_of_row == fold
            metric = make(answers.approved[rows], of_repeat[rows])
            values.append(metric(np.ones(int(rows.sum()))))
    return np.array(values)


def auc_of_folds(answers: OutOfFold) -> dict[str, dict[str, float]]:
    """Mean of the AUC within each outer fold, as published figures are made, by model."""
    aucs = {kind: by_fold(metrics.auc, answers, kind) for kind in MODELS}
    return {
        kind: {
            "value": round(float(of_kind.mean()), 5),
            "standard_error": round(float(stats.sem(of_kind)), 5),
            "n": len(of_kind),
        }
        for kind, of_kind in aucs.items()
    }


def corrected_p(differences: NDArray[np.float64], repeats: int) -> float:
    """Two-sided p-value of the corrected resampled t-test (Nadeau and Bengio 2003).

    The models of two folds share most of their training rows, so their errors are not independent
    and a plain t-test is too sure. The share of test rows is added to the variance to correct this.

    Args:
        differences: (R * folds,) of a metric.
        repeats: R, so that the share of test rows is known.
    """
    count = len(differences)
    folds = count // repeats
    ratio = 1 / (folds - 1)  # test rows for each training row
    spread = differences.var(ddof=1)
    if spread == 0:
        return 1.0
    t = differences.mean() / np.sqrt((1 / count + ratio) * spread)
    return float(2 * stats.t.sf(abs(t), count - 1))
