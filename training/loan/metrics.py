"""What probabilities of approval are worth; each metric takes a weight for each row.

Where the cross-validation was repeated, a metric is the mean over the repeats, and an applicant is
drawn together with all its answers.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from training.metrics import Bin, Metric, Weights

Shares = NDArray[np.float64]
Truth = NDArray[np.int64]
Make = Callable[[Truth, Shares], Metric]

BINS = 10
LEAST = 1e-6  # of a probability in a logarithm


def over_repeats(make: Make, approved: Truth, shares: Shares) -> Metric:
    """The mean of a metric over the repeats.

    Args:
        make: from (N,) truth and (N,) probabilities to a metric.
        approved: (N,) 0 or 1.
        shares: (R, N) probability of approval.
    """
    parts = [make(approved, each) for each in shares]
    return lambda weights: float(np.mean([part(weights) for part in parts]))


def weighted_mean(values: NDArray[np.float64]) -> Metric:
    """The mean of a value for each row."""
    return lambda weights: float(weights @ values / max(weights.sum(), 1e-12))


def auc(approved: Truth, shares: Shares) -> Metric:
    """Area under the ROC curve: how often an approved row stands above a refused one."""
    values, place = np.unique(shares, return_inverse=True)
    count = len(values)

    def metric(weights: Weights) -> float:
        good = np.bincount(place, weights * approved, count)
        bad = np.bincount(place, weights * (1 - approved), count)
        below = np.cumsum(bad) - bad
        pairs = good.sum() * bad.sum()
        return float((good * (below + bad / 2)).sum() / max(pairs, 1e-12))

    return metric


def brier(approved: Truth, shares: Shares) -> Metric:
    """Mean squared distance of the probability from what happened (Brier 1950), 0..1."""
    return weighted_mean((shares - approved) ** 2)


def log_loss(approved: Truth, shares: Shares) -> Metric:
    """Mean negative log-likelihood, in nats."""
    said = np.clip(np.where(approved == 1, shares, 1 - shares), LEAST, 1.0)
    return weighted_mean(-np.log(said))


def accuracy_at(threshold: float) -> Make:
    """Share of rows decided as they were."""
    return lambda approved, shares: weighted_mean(
        ((shares >= threshold) == (approved == 1)).astype(float)
    )


def precision_at(threshold: float) -> Make:
    """Of the rows that are approved, the share that was."""
    return lambda approved, shares: _share_of(approved == 1, shares >= threshold)


def recall_at(threshold: float) -> Make:
    """Of the rows that were approved, the share that is."""
    return lambda approved, shares: _share_of(shares >= threshold, approved == 1)


def _share_of(hits: NDArray[np.bool_], among: NDArray[np.bool_]) -> Metric:
    both, all_of_them = (hits & among).astype(float), among.astype(float)
    return lambda weights: float((weights @ both) / max(weights @ all_of_them, 1e-12))


def calibration_error(approved: Truth, shares: Shares) -> Metric:
    """Mean distance of the share approved from the probability said, over ten bins of equal width.

    Naeini, Cooper and Hauskrecht 2015, for the probability of approval. Of few rows it is above 0
    even where every probability is right.
    """
    place = bin_of(shares)

    def metric(weights: Weights) -> float:
        gap = np.bincount(place, weights * (approved - shares), BINS)
        return float(np.abs(gap).sum() / max(weights.sum(), 1e-12))

    return metric


def bin_of(shares: Shares) -> NDArray[np.int64]:
    """The bin of each probability (0..1)."""
    return np.minimum((shares * BINS).astype(np.int64), BINS - 1)


def reliability(approved: Truth, shares: Shares) -> list[Bin]:
    """Share approved and mean probability of each bin that holds a row.

    Args:
        approved: (N,) 0 or 1.
        shares: (R, N).
    """
    truth, said = np.tile(approved, len(shares)), shares.ravel()
    place = bin_of(said)
    return [
        Bin(
            low=round(k / BINS, 4),
            high=round((k + 1) / BINS, 4),
            confidence=round(float(said[place == k].mean()), 5),
            accuracy=round(float(truth[place == k].mean()), 5),
            n=round(int((place == k).sum()) / len(shares)),
        )
        for k in np.unique(place)
    ]


def roc(approved: Truth, shares: Shares, points: int = 41) -> list[dict[str, float]]:
    """The ROC curve: thresholds with the shares of refused and of approved rows above them.

    Args:
        approved: (N,) 0 or 1.
        shares: (R, N); the curve is the mean over the repeats at the same threshold.
        points: thresholds, at quantiles of the probabilities.
    """
    cuts = np.quantile(shares, np.linspace(0, 1, points))[::-1]
    good, bad = approved == 1, approved == 0
    return [
        {
            "threshold": round(float(cut), 4),
            "false": round(float((shares[:, bad] >= cut).mean()), 4),
            "true": round(float((shares[:, good] >= cut).mean()), 4),
        }
        for cut in cuts
    ]
