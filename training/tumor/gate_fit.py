"""Fit the gate: brain MRI slices against pictures of other things."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from shared.tumor.gate import Gate

Features = NDArray[np.float32]
STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1)  # inverse of the L2 penalty
REFUSED_SLICES = 0.01  # share of calibration slices that may fall under the threshold
FOLDS = 5


@dataclass(frozen=True)
class GateFit:
    """A fitted gate, and how its strength was chosen.

    Attributes:
        gate: for the checkpoint.
        refused_by_strength: for each penalty, the mean share of an unseen kind that is refused.
        strength: the one taken.
    """

    gate: Gate
    refused_by_strength: dict[str, float]
    strength: float


def fit_gate(brain: Features, other: Features, kinds: NDArray[np.str_], seed: int) -> GateFit:
    """Choose the penalty by leaving out one kind at a time, then fit on all.

    Args:
        brain: (N, C) pooled features of calibration slices.
        other: (M, C) pooled features of other pictures.
        kinds: (M,) kind of each.
        seed: of the folds.
    """
    scores = {c: _unseen_kinds(brain, other, kinds, c, seed) for c in STRENGTHS}
    strength = max(scores, key=lambda c: scores[c])
    return GateFit(
        _fitted(brain, other, strength, seed), {f"{c:g}": s for c, s in scores.items()}, strength
    )


def _model(strength: float) -> Pipeline:
    return make_pipeline(
        StandardScaler(), LogisticRegression(C=strength, class_weight="balanced", max_iter=2000)
    )


def _stacked(brain: Features, other: Features) -> tuple[Features, NDArray[np.int64]]:
    return np.concatenate([brain, other]), np.repeat([1, 0], [len(brain), len(other)])


def _threshold(brain: Features, other: Features, strength: float, seed: int) -> float:
    """The score under which few slices lie that the model was not fitted on."""
    features, is_brain = _stacked(brain, other)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    scores = cross_val_predict(
        _model(strength), features, is_brain, cv=folds, method="predict_proba"
    )[: len(brain), 1]
    return float(np.quantile(scores, REFUSED_SLICES))


def _unseen_kinds(
    brain: Features, other: Features, kinds: NDArray[np.str_], strength: float, seed: int
) -> float:
    shares = []
    for kind in np.unique(kinds):
        seen = other[kinds != kind]
        model = _model(strength).fit(*_stacked(brain, seen))
        threshold = _threshold(brain, seen, strength, seed)
        shares.append((model.predict_proba(other[kinds == kind])[:, 1] < threshold).mean())
    return float(np.mean(shares))


def _fitted(brain: Features, other: Features, strength: float, seed: int) -> Gate:
    model = _model(strength).fit(*_stacked(brain, other))
    scaler, regression = model[0], model[1]
    return Gate(
        mean=scaler.mean_.astype(np.float32),
        scale=scaler.scale_.astype(np.float32),
        weight=regression.coef_[0].astype(np.float32),
        bias=float(regression.intercept_[0]),
        threshold=_threshold(brain, other, strength, seed),
    )
