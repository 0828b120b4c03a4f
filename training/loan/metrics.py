"""What probabilities of approval are worth; each metric takes a weight for each row.

Where the cross-validation was repeated, a metric is the mean over the repeats, and an applicant is
drawn together with all its answers.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from training.metrics import (
    Bin,
    Metric,
    Weights,
    expected_calibration_error,
)
from training.metrics import reliability as reliability_of

Probabilities = NDArray[np.float64]
Truth = NDArray[np.int64]
Make = Callable[[Truth, Probabilities], Metric]

BINS = 10
LEAST = 1e-6  # of a probability in a logarithm


def over_repeats(make: Make, approved: Truth, probabilities: Probabilities) -> Metric:
    """The mean over R repeats of a metric of (N,) truth and (R, N) probabilities."""
    parts = [make(approved, of_repeat) for of_repeat in probabilities]
    return lambda weights: float(np.mean([part(weights) for part in parts]))


def weighted_mean(values: NDArray[np.float64]) -> Metric:
    """The mean of a value for each row."""
    return lambda weights: float(weights @ values / max(weights.sum(), 1e-12))


def auc(approved: Truth, probabilities: Probabilities) -> Metric:
    """Area under the ROC curve: how often an approved row stands above a refused one."""
    values, place = np.unique(probabilities, return_inverse=True)
    count = len(values)

    def metric(weights: Weights) -> float:
        good = np.bincount(place, weights * approved, count)
        bad = np.bincount(place, weights * (1 - approved), count)
        below = np.cumsum(bad) - bad
        pairs = good.sum() * bad.sum()
        return float((good * (below + bad / 2)).sum() / max(pairs, 1e-12))

    return metric


def brier(approved: Truth, probabilities: Probabilities) -> Metric:
    """Mean squared distance of the probability from what happened (Brier 1950), 0..1."""
    return weighted_mean((probabilities - approved) ** 2)


def log_loss(approved: Truth, probabilities: Probabilities) -> Metric:
    """Mean negative log-likelihood, in nats."""
    of_truth = np.where(approved == 1, probabilities, 1 - probabilities)
    return weighted_mean(-np.log(np.clip(of_truth, LEAST, 1.0)))


def accuracy_at(threshold: float) -> Make:
    """Share of rows decided as they were."""
    return lambda approved, probabilities: weighted_mean(
        ((probabilities >= threshold) == (approved == 1)).astype(float)
    )


def precision_at(threshold: float) -> Make:
    """Of the rows that are approved, the share that was."""
    return lambda approved, probabilities: _share_of(approved == 1, probabilities >= threshold)


def recall_at(threshold: float) -> Make:
    """Of the rows that were approved, the share that is."""
    return lambda approved, probabilities: _share_of(probabilities >= threshold, approved == 1)


def _share_of(hits: NDArray[np.bool_], among: NDArray[np.bool_]) -> Metric:
    both, all_of_them = (hits & among).astype(float), among.astype(float)
    return lambda weights: float((weights @ both) / max(weights @ all_of_them, 1e-12))


def calibration_error(approved: Truth, probabilities: Probabilities) -> Metric:
    """Mean distance of the share approved from the predicted probability, over ten bins."""
    return expected_calibration_error(approved, probabilities, BINS)


def reliability(approved: Truth, probabilities: Probabilities) -> list[Bin]:
    """Share approved and mean predicted probability of each bin with rows; of (R, N) answers."""
    repeats = len(probabilities)
    return reliability_of(np.tile(approved, repeats), probabilities.ravel(), BINS, repeats)


def roc(approved: Truth, probabilities: Probabilities, points: int = 41) -> list[dict[str, float]]:
    """The ROC curve: thresholds with the shares of refused and of approved rows above them.

    Args:
        approved: (N,) 0 or 1.
        probabilities: (R, N); the curve is the mean over the repeats at the same threshold.
        points: thresholds, at quantiles of the probabilities.
    """
    cuts = np.quantile(probabilities, np.linspace(0, 1, points))[::-1]
    good, bad = approved == 1, approved == 0
    return [
        {
            "threshold": round(float(cut), 4),
            "false": round(float((probabilities[:, bad] >= cut).mean()), 4),
            "true": round(float((probabilities[:, good] >= cut).mean()), 4),
        }
        for cut in cuts
    ]
