"""The answers for one part of the split, and what they are worth: classes, probabilities, sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.tumor.decision import prediction_set
from shared.tumor.predictor import Answer, Predictor, predict_many
from training.metrics import (
    DRAWS,
    Figure,
    Metric,
    bootstrap,
    bootstrap_of_distance,
    proportion,
    share,
)
from training.tumor import metrics
from training.tumor.passes import FloatImage, batches, targets_of


@dataclass(frozen=True)
class Part:
    """A part of the split, answered.

    Attributes:
        files: "<class>/<file>" each.
        slices: (H, W) float32 each.
        truth: (N,) true classes.
        groups: (N,) near-duplicate groups.
        answers: of the predictor.
        shares: (N, K) calibrated probabilities.
    """

    files: list[str]
    slices: list[FloatImage]
    truth: NDArray[np.int64]
    groups: NDArray[np.int64]
    answers: list[Answer]
    shares: NDArray[np.float64]

    @property
    def said(self) -> NDArray[np.int64]:
        """(N,) the likeliest class."""
        return self.shares.argmax(axis=1)

    @property
    def right(self) -> NDArray[np.bool_]:
        """(N,) whether that class is the true one."""
        return self.said == self.truth

    @property
    def refused(self) -> NDArray[np.bool_]:
        """(N,) whether the gate turned it away."""
        return np.array([answer.refusal is not None for answer in self.answers])


def answered(
    predictor: Predictor, files: list[str], slices: list[FloatImage], groups: dict[str, int]
) -> Part:
    """Answer for every slice of a part."""
    answers = [a for chunk in batches(slices, 16) for a in predict_many(predictor, chunk)]
    return Part(
        files,
        slices,
        targets_of(files, predictor.labels),
        np.array([groups[file] for file in files]),
        answers,
        np.array([[a.probabilities[name] for name in predictor.labels] for a in answers]),
    )


def classification(part: Part, labels: tuple[str, ...], seed: int) -> dict[str, Any]:
    """Accuracy, macro-F1, AUC, and by class precision, recall and F1; the confusion matrix."""

    def figure(metric: Metric, draws: int = DRAWS) -> Figure:
        return bootstrap(metric, part.groups, seed=seed, draws=draws)

    table = metrics.confusion(part.truth, part.said, len(labels))
    return {
        "accuracy": proportion(part.right, part.groups, seed=seed),
        "macro_f1": figure(metrics.macro_f1(part.truth, part.said, len(labels))),
        "auc": figure(metrics.auc(part.truth, part.shares), 200),
        "per_class": {
            name: {
                "precision": right_among(part, part.said == k, seed),
                "recall": right_among(part, part.truth == k, seed),
                "f1": figure(f1_of(part, k)),
            }
            for k, name in enumerate(labels)
        },
        "confusion": {"labels": list(labels), "counts": table.astype(int).tolist()},
    }


def right_among(part: Part, asked: NDArray[np.bool_], seed: int) -> Figure:
    """Of some slices, how many were answered rightly."""
    return proportion(part.right[asked], part.groups[asked], seed=seed)


def f1_of(part: Part, k: int) -> Metric:
    """The harmonic mean of precision and recall."""
    said, true, hit = part.said == k, part.truth == k, (part.said == k) & (part.truth == k)
    return lambda w: float(2 * (w * hit).sum() / max((w * said).sum() + (w * true).sum(), 1e-12))


def calibration(part: Part, seed: int) -> dict[str, Any]:
    """Calibration error and Brier score, and the reliability curve."""
    confidence = part.shares.max(axis=1)
    error = metrics.expected_calibration_error(part.right, confidence)
    return {
        "ece": bootstrap_of_distance(error, part.groups, seed=seed),
        "brier": bootstrap(metrics.brier(part.truth, part.shares), part.groups, seed=seed),
        "bins": metrics.reliability(part.right, confidence),
    }


def sets(part: Part, predictor: Predictor, seed: int) -> dict[str, Any]:
    """How often the prediction set holds the truth, and how large it is."""
    inside = prediction_set(part.shares, predictor.decision.set_quantile)
    held, sizes = inside[np.arange(len(part.truth)), part.truth], inside.sum(axis=1)
    counts = np.bincount(sizes, minlength=len(predictor.labels) + 1)[1:]
    return {
        "coverage": proportion(held, part.groups, seed=seed),
        "mean_size": bootstrap(share(sizes.astype(float)), part.groups, seed=seed),
        "sizes": {str(k): int(n) for k, n in enumerate(counts, start=1)},
    }


def failures(part: Part, labels: tuple[str, ...]) -> list[dict[str, Any]]:
    """Wrong answers by pair of classes: how many, how sure, and was the truth in the set."""
    rows = []
    for truth in range(len(labels)):
        for said in range(len(labels)):
            found = np.flatnonzero((part.truth == truth) & (part.said == said))
            if truth == said or not len(found):
                continue
            held = [labels[truth] in part.answers[k].prediction_set for k in found]
            rows.append(
                {
                    "truth": labels[truth],
                    "answer": labels[said],
                    "n": len(found),
                    "probability": round(float(part.shares[found, said].mean()), 4),
                    "set_held_the_truth": int(sum(held)),
                }
            )
    return sorted(rows, key=lambda row: -row["n"])
