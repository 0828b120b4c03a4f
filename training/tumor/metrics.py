"""What the answers for slices are worth; intervals are those of `training.metrics`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from training.metrics import Bin, Metric, Weights, share

BINS = 15


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
