"""Fit the gate: brain MRI slices against pictures of other things."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from tqdm import tqdm

from shared.tumor.gate import Gate

Features = NDArray[np.float32]
STRENGTHS = (1e-2, 1e-1, 1.0)  # inverse of the L2 penalty
REFUSED_SLICES = 0.005  # share of calibration slices that may fall under the threshold
FOLDS = 4


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


@dataclass(frozen=True)
class Seen:
    """What the gate looks at, of all that it is fitted on.

    Attributes:
        slices: (V, N, F) V views of each of N calibration slices.
        brains: (E, F) brain slices of other sources; no threshold follows from them.
        other: (M, F) pictures of other things.
        kinds: (M,) kind of each.
    """

    slices: Features
    brains: Features
    other: Features
    kinds: NDArray[np.str_]

    def of_slices(self, rows: NDArray[np.int64]) -> Seen:
        """With some of the slices only."""
        return replace(self, slices=self.slices[:, rows])

    def without(self, kind: str) -> Seen:
        """Without one kind of other pictures."""
        kept = self.kinds != kind
        return replace(self, other=self.other[kept], kinds=self.kinds[kept])


def fit_gate(seen: Seen, seed: int) -> GateFit:
    """Choose the penalty by leaving out one kind at a time, then fit on all.

    Args:
        seen: what to fit on.
        seed: of the folds.
    """
    progress = tqdm(STRENGTHS, desc="penalty of the gate", unit="penalty")
    scores = {c: _unseen_kinds(seen, c, seed) for c in progress}
    strength = max(scores, key=lambda c: scores[c])
    return GateFit(
        _fitted(seen, strength, seed), {f"{c:g}": s for c, s in scores.items()}, strength
    )


def _model(seen: Seen, strength: float) -> Pipeline:
    """A linear model of brains against other pictures."""
    views = seen.slices.reshape(-1, seen.slices.shape[-1])
    is_brain = np.repeat([1, 1, 0], [len(views), len(seen.brains), len(seen.other)])
    classifier = LogisticRegression(C=strength, class_weight="balanced", max_iter=300)
    model = make_pipeline(StandardScaler(), classifier)
    return model.fit(np.concatenate([views, seen.brains, seen.other]), is_brain)


def _threshold(seen: Seen, strength: float, seed: int) -> float:
    """The score under which few views of slices lie that the model was not fitted on."""
    folds = KFold(FOLDS, shuffle=True, random_state=seed).split(seen.slices[0])
    scores = [
        _scores(_model(seen.of_slices(fitted), strength), np.concatenate(seen.slices[:, held]))
        for fitted, held in folds
    ]
    return float(np.quantile(np.concatenate(scores), REFUSED_SLICES))


def _scores(model: Pipeline, features: Features) -> NDArray[np.float64]:
    likely: NDArray[np.float64] = model.predict_proba(features)[:, 1]
    return likely


def _unseen_kinds(seen: Seen, strength: float, seed: int) -> float:
    """The mean share refused of a kind that the model was not fitted on."""
    threshold = _threshold(seen, strength, seed)
    shares = []
    for kind in np.unique(seen.kinds):
        left_out = _scores(_model(seen.without(kind), strength), seen.other[seen.kinds == kind])
        shares.append((left_out < threshold).mean())
    return float(np.mean(shares))


def _fitted(seen: Seen, strength: float, seed: int) -> Gate:
    model = _model(seen, strength)
    scaler, regression = model[0], model[1]
    return Gate(
        mean=scaler.mean_.astype(np.float32),
        scale=scaler.scale_.astype(np.float32),
        weight=regression.coef_[0].astype(np.float32),
        bias=float(regression.intercept_[0]),
        threshold=_threshold(seen, strength, seed),
    )
