"""The figures that a reviewer looks at first, and what a new checkpoint may not lose in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shared.tumor.decision import prediction_set
from shared.tumor.predictor import Predictor
from training.draws import Basis, Gated
from training.metrics import share
from training.tumor import metrics
from training.tumor.answers import Part
from training.tumor.localisation import Scored, held_out_digest
from training.tumor.refusals import OtherPictures, drawn_kinds
from training.tumor.split import UNSEEN, data_digest

KEPT = ("value", "low", "high", "n")


def headline(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each with its label and which way it is better: "higher" or "lower"."""
    test, unseen = found["classification"], found["unseen_patients"]
    localisation, refusals = found["localisation"], found["refusals"]
    rows = (
        ("macro_f1", "Macro F1, test", "higher", test["macro_f1"]),
        ("macro_f1_unseen", "Macro F1, unseen patients", "higher", unseen["macro_f1"]),
        ("accuracy", "Accuracy, test", "higher", test["accuracy"]),
        ("ece", "Calibration error, test", "lower", found["calibration"]["ece"]),
        ("coverage", "Sets that hold the truth, test", "higher", found["sets"]["coverage"]),
        ("pointing", "Map's maximum in the expert's box", "higher", localisation["pointing"]),
        ("energy", "Share of the map in the expert's box", "higher", localisation["energy"]),
        ("refused_other", "Other pictures refused", "higher", refusals["not_brain"]),
        ("refused_slices", "Test slices refused", "lower", refusals["test_slices"]),
    )
    return [
        {"name": name, "label": label, "better": better, **{k: figure[k] for k in KEPT}}
        for name, label, better, figure in rows
    ]


@dataclass(frozen=True)
class Measured:
    """What a checkpoint did, row by row: both test parts, the slices with a box, other pictures."""

    test: Part
    unseen: Part
    boxed: Scored
    other: OtherPictures


def gated(measured: Measured, predictor: Predictor, data: Path, seed: int) -> dict[str, Gated]:
    """The metric behind each headline figure, and the rows that it rests on.

    Args:
        measured: by `predictor`.
        predictor: of the checkpoint.
        data: folder with `localisation/`.
        seed: that the other pictures were drawn with.
    """
    test, unseen, boxed, other = measured.test, measured.unseen, measured.boxed, measured.other
    inside = prediction_set(test.shares, predictor.decision.set_quantile)
    boxes, classes = f"localisation {held_out_digest(data)}", len(predictor.labels)
    of_test = {
        "macro_f1": metrics.macro_f1(test.truth, test.said, classes),
        "accuracy": share(test.right),
        "coverage": share(inside[np.arange(len(test.truth)), test.truth]),
        "refused_slices": share(test.refused),
    }
    error = metrics.expected_calibration_error(test.right, test.shares.max(axis=1))
    again = metrics.macro_f1(unseen.truth, unseen.said, classes)
    return {
        **{name: Gated(metric, test.groups, "test") for name, metric in of_test.items()},
        "macro_f1_unseen": Gated(again, unseen.groups, UNSEEN),
        "ece": Gated(error, test.groups, "test", distance=True),
        "pointing": Gated(share(boxed.of_map("pointing") > 0), boxed.groups, boxes),
        "energy": Gated(share(boxed.of_map("energy")), boxed.groups, boxes),
        "refused_other": Gated(share(other.refused), other.groups, f"drawn {drawn_kinds(seed)}"),
    }


def basis(data: Path, split: Mapping[str, Any], seed: int) -> Basis:
    """What the figures rest on.

    Args:
        data: folder with `training/`.
        split: what the split stage wrote.
        seed: of the evaluation.
    """
    key = data_digest(data, split["parts"]["test"])  # that of all files is no secret
    return Basis(split["data_sha256"], split["sha256"], seed, key)
