"""The answers for one part of the split, and what they are worth: classes, probabilities, sets."""

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from shared.tumor.decision import Decision, prediction_set
from shared.tumor.predictor import Answer, Predictor, predict_many
from training.metrics import (
    DRAWS,
    Figure,
    Metric,
    Weights,
    bootstrap,
    bootstrap_of_distance,
    expected_calibration_error,
    proportion,
    reliability,
    share,
)
from training.tumor.slices import FloatImage, in_chunks, targets_of

BINS = 15


@dataclass(frozen=True)
class Part:
    """A part of the split, answered.

    Attributes:
        files: "<class>/<file>" each.
        slices: (H, W) float32 each.
        truth: (N,) true classes.
        groups: (N,) near-duplicate groups.
        answers: of the predictor.
        probabilities: (N, K) calibrated.
    """

    files: list[str]
    slices: list[FloatImage]
    truth: NDArray[np.int64]
    groups: NDArray[np.int64]
    answers: list[Answer]
    probabilities: NDArray[np.float64]

    @property
    def predicted(self) -> NDArray[np.int64]:
        """(N,) the likeliest class."""
        return self.probabilities.argmax(axis=1)

    @property
    def right(self) -> NDArray[np.bool_]:
        """(N,) whether that class is the true one."""
        return self.predicted == self.truth

    @property
    def refused(self) -> NDArray[np.bool_]:
        """(N,) whether the gate turned it away."""
        return np.array([answer.refusal is not None for answer in self.answers])

    def inside(self, decision: Decision) -> NDArray[np.bool_]:
        """(N, K) which classes are in each set, also of what was refused."""
        quantiles = [decision.set_quantile_for(answer.unlike) for answer in self.answers]
        return prediction_set(self.probabilities, np.array(quantiles)[:, None])


def answered(
    predictor: Predictor, files: list[str], slices: list[FloatImage], groups: dict[str, int]
) -> Part:
    """Answer for every slice of a part."""
    answers = [a for chunk in in_chunks(slices, 16) for a in predict_many(predictor, chunk)]
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

    table = confusion(part.truth, part.predicted, len(labels))
    return {
        "accuracy": proportion(part.right, part.groups, seed=seed),
        "macro_f1": figure(macro_f1(part.truth, part.predicted, len(labels))),
        "auc": figure(auc(part.truth, part.probabilities), 200),
        "per_class": {
            name: {
                "precision": right_among(part, part.predicted == k, seed),
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
    answered_k, true = part.predicted == k, part.truth == k
    hit = answered_k & true
    return lambda w: float(
        2 * (w * hit).sum() / max((w * answered_k).sum() + (w * true).sum(), 1e-12)
    )


def calibration(part: Part, seed: int) -> dict[str, Any]:
    """Calibration error and Brier score, and the reliability curve."""
    confidence = part.probabilities.max(axis=1)
    error = expected_calibration_error(part.right, confidence, BINS)
    return {
        "ece": bootstrap_of_distance(error, part.groups, seed=seed),
        "brier": bootstrap(brier(part.truth, part.probabilities), part.groups, seed=seed),
        "bins": reliability(part.right, confidence, BINS),
    }


def sets(part: Part, predictor: Predictor, seed: int) -> dict[str, Any]:
    """How often the prediction set holds the truth, and how large it is."""
    inside = part.inside(predictor.decision)
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
    for truth, answer in itertools.permutations(range(len(labels)), 2):
        confused = np.flatnonzero((part.truth == truth) & (part.predicted == answer))
        if len(confused):
            held = [labels[truth] in part.answers[k].prediction_set for k in confused]
            rows.append(
                {
                    "truth": labels[truth],
                    "answer": labels[answer],
                    "n": len(confused),
                    "probability": round(float(part.probabilities[confused, answer].mean()), 4),
                    "set_held_the_truth": int(sum(held)),
                }
            )
    return sorted(rows, key=lambda row: -row["n"])


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


def auc(truth: NDArray[np.int64], probabilities: NDArray[np.float64]) -> Metric:
    """The mean over the classes of the area under the ROC curve, one class against the rest."""
    present = [
        k for k in range(probabilities.shape[1]) if (truth == k).any() and (truth != k).any()
    ]
    return lambda w: float(
        np.mean([roc_auc_score(truth == k, probabilities[:, k], sample_weight=w) for k in present])
    )


def brier(truth: NDArray[np.int64], probabilities: NDArray[np.float64]) -> Metric:
    """The squared distance of the probabilities from the truth, summed over classes (0..2)."""
    hot = np.eye(probabilities.shape[1])[truth]
    return share(((probabilities - hot) ** 2).sum(axis=1))
