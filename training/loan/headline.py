"""The figures that a reviewer looks at first, and what a new checkpoint may not lose in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from shared.loan.models.registry import IN_TEXT
from training.draws import Basis, Gated
from training.loan import metrics
from training.loan.answers import OutOfFold, measures
from training.loan.candidates import KINDS
from training.loan.data import Applications
from training.loan.fairness import largest_gap
from training.loan.metrics import over_repeats
from training.metrics import Figure, bootstrap_of_distance

OF_MODELS = (  # metric, label, which way it is better
    ("auc", "AUC", "higher"),
    ("brier", "Brier score", "lower"),
    ("calibration_error", "Calibration error", "lower"),
    ("accuracy", "Accuracy", "higher"),
)
GAP, GAP_LABEL = "fairness_gap", "Fairness gap"
RULE = ("accuracy", "Accuracy", "higher")


def headline(
    of: Mapping[str, Mapping[str, Figure]], gaps: Mapping[str, Figure]
) -> list[dict[str, Any]]:
    """Each with its label and which way it is better: "higher" or "lower".

    Args:
        of: every metric by model, the rule among them.
        gaps: what `fairness_gap` found, by model.
    """

    def row(metric: str, label: str, better: str, kind: str, figure: Figure) -> dict[str, Any]:
        name = {"name": f"{metric}_{kind}", "label": f"{label}, {IN_TEXT[kind]}", "better": better}
        return {**name, **figure}

    return [
        *(row(*each, kind, of[kind][each[0]]) for each in OF_MODELS for kind in KINDS),
        *(row(GAP, GAP_LABEL, "lower", kind, gaps[kind]) for kind in KINDS),
        row(*RULE, "rule", of["rule"][RULE[0]]),
    ]


def fairness_gap(applications: Applications, said: np.ndarray, seed: int) -> Figure:
    """The largest gap of approval rates (`fairness.largest_gap`), with its interval.

    Args:
        applications: labelled.
        said: (N,) what the model decides.
        seed: of the bootstrap.
    """
    metric = largest_gap(applications.fields, applications.table, said)
    return bootstrap_of_distance(metric, np.arange(len(said)), seed=seed)


def gated(applications: Applications, found: OutOfFold, threshold: float) -> dict[str, Gated]:
    """The metric behind each headline figure of the two models; the rule is no model of ours.

    Args:
        applications: labelled.
        found: out-of-fold answers of the variant that the checkpoint is made of.
        threshold: approve from this probability on.
    """
    make, alone = measures(threshold), np.arange(len(found.approved))
    fields, table = applications.fields, applications.table
    figures = {}
    for kind in KINDS:
        for name, _, _ in OF_MODELS:
            metric = over_repeats(make[name], found.approved, found.shares[kind])
            distance = make[name] is metrics.calibration_error
            figures[f"{name}_{kind}"] = Gated(metric, alone, "all", distance)
        gap = largest_gap(fields, table, decided(found, kind, threshold))
        figures[f"{GAP}_{kind}"] = Gated(gap, alone, "all", distance=True)
    return figures


def decided(found: OutOfFold, kind: str, threshold: float) -> np.ndarray:
    """(N,) booleans: whom a model approves, by the mean of its answers over the repeats."""
    return np.asarray(found.shares[kind].mean(axis=0) >= threshold)


def folds_digest(folds: Sequence[Mapping[str, Any]]) -> str:
    """sha256 over the rows of each fold, in order."""
    return hashlib.sha256(json.dumps([fold["rows"] for fold in folds]).encode()).hexdigest()


def basis(applications: Applications, folds: Sequence[Mapping[str, Any]], seed: int) -> Basis:
    """What the figures rest on: the table, its folds, and a key from the rows (`training.draws`).

    Args:
        applications: labelled.
        folds: as the nested stage wrote them.
        seed: of the evaluation.
    """
    digest = hashlib.sha256(applications.table.tobytes())
    digest.update(applications.approved.tobytes())
    return Basis(applications.sha256, folds_digest(folds), seed, digest.hexdigest())
