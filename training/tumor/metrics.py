"""Figures with 95 % intervals: a bootstrap over groups, so that near-duplicates do not count as
independent.

Whole groups are drawn with replacement (Efron and Tibshirani 1993); each metric takes a weight a
slice, which is how often its group was drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

Weights = NDArray[np.float64]
Metric = Callable[[Weights], float]

DRAWS = 1000
BINS = 15
CONFIDENCE = 0.95


class Figure(TypedDict):
    """A measured value with its 95 % interval and the number of slices it rests on."""

    value: float
    low: float
    high: float
    n: int


class Bin(TypedDict):
    """Slices whose highest probability lies between two bounds."""

    low: float
    high: float
    confidence: float
    accuracy: float
    n: int


def bootstrap(
    metric: Metric, groups: NDArray[np.int64], *, seed: int, draws: int = DRAWS
) -> Figure:
    """A figure with its interval.

    Args:
        metric: from (N,) weights to a value.
        groups: (N,) group of each slice.
        seed: fixes the draws.
        draws: number of bootstrap samples.
    """
    rng = np.random.default_rng(seed)
    names, member = np.unique(groups, return_inverse=True)
    count = len(names)
    values = [
        metric(np.bincount(rng.integers(count, size=count), minlength=count)[member].astype(float))
        for _ in range(draws)
    ]
    low, high = np.nanpercentile(values, (2.5, 97.5))
    whole = metric(np.ones(len(groups)))
    return Figure(value=round(whole, 5), low=round(low, 5), high=round(high, 5), n=len(groups))


def proportion(hits: NDArray[np.bool_], groups: NDArray[np.int64], *, seed: int) -> Figure:
    """The share of slices of which something holds.

    Where it holds of all or of none, a bootstrap has no spread and would claim certainty. The bound
    is then the exact one (Clopper and Pearson 1934), each group counted once.

    Args:
        hits: (N,) whether it holds.
        groups: (N,) group of each slice.
        seed: fixes the draws.

    Returns:
        With N = 0 the value 0 and an interval from 0 to 1: nothing is known.
    """
    if not len(hits):
        return Figure(value=0.0, low=0.0, high=1.0, n=0)
    found = bootstrap(share(hits), groups, seed=seed)
    bound = ((1 - CONFIDENCE) / 2) ** (1 / len(np.unique(groups)))
    if hits.all():
        found["low"] = round(bound, 5)
    if not hits.any():
        found["high"] = round(1 - bound, 5)
    return found


def share(hits: NDArray[np.bool_] | NDArray[np.floating]) -> Metric:
    """The weighted mean of a value a slice."""
    values = np.asarray(hits, dtype=np.float64)
    return lambda w: float((w * values).sum() / max(w.sum(), 1e-12))


def macro_f1(truth: NDArray[np.int64], answer: NDArray[np.int64], classes: int) -> Metric:
    """The mean of the classes' F1."""

    def metric(weights: Weights) -> float:
        table = confusion(truth, answer, classes, weights)
        return float(np.mean(2 * np.diag(table) / np.maximum(table.sum(0) + table.sum(1), 1e-12)))

    return metric


def confusion(
    truth: NDArray[np.int64],
    answer: NDArray[np.int64],
    classes: int,
    weights: Weights | None = None,
) -> NDArray[np.float64]:
    """(K, K) weight of the slices by true class (row) and answered class (column)."""
    flat = np.bincount(truth * classes + answer, weights=weights, minlength=classes**2)
    return flat.reshape(classes, classes).astype(np.float64)


def auc(truth: NDArray[np.int64], shares: NDArray[np.float64]) -> Metric:
    """The mean over the classes of the area under the ROC curve, one class against the rest."""
    present = [k for k in range(shares.shape[1]) if (truth == k).any() and (truth != k).any()]
    return lambda w: float(
        np.mean([roc_auc_score(truth == k, shares[:, k], sample_weight=w) for k in present])
    )


def brier(truth: NDArray[np.int64], shares: NDArray[np.float64]) -> Metric:
    """The squared distance of the probabilities from the truth, summed over classes (0..2)."""
    return share(((shares - np.eye(shares.shape[1])[truth]) ** 2).sum(axis=1))


def expected_calibration_error(
    correct: NDArray[np.bool_], confidence: NDArray[np.float64]
) -> Metric:
    """Mean distance of accuracy from confidence over 15 bins of equal width (Guo et al. 2017)."""
    place = bin_of(confidence)

    def metric(weights: Weights) -> float:
        total = np.bincount(place, weights, BINS)
        gap = np.bincount(place, weights * (correct - confidence), BINS)
        return float(np.abs(gap).sum() / max(total.sum(), 1e-12))

    return metric


def bin_of(confidence: NDArray[np.float64]) -> NDArray[np.int64]:
    """The bin of each confidence (0..1)."""
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)


def reliability(correct: NDArray[np.bool_], confidence: NDArray[np.float64]) -> list[Bin]:
    """Accuracy and mean confidence of each bin that holds a slice."""
    place, bins = bin_of(confidence), []
    for k in np.unique(place):
        inside = place == k
        bins.append(
            Bin(
                low=round(k / BINS, 4),
                high=round((k + 1) / BINS, 4),
                confidence=round(float(confidence[inside].mean()), 5),
                accuracy=round(float(correct[inside].mean()), 5),
                n=int(inside.sum()),
            )
        )
    return bins
