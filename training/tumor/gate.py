"""The gate: fitted to tell brain MRI slices from pictures of other things, and what it refuses."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from tqdm import tqdm

from shared.tumor.gate import Gate
from shared.tumor.predictor import Predictor, predict_many
from training.metrics import proportion
from training.tumor.answers import Part
from training.tumor.gate_pictures import PICTURES, brain_from_packages, kinds, pictures
from training.tumor.slices import FloatImage, in_chunks

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
    probabilities: NDArray[np.float64] = model.predict_proba(features)[:, 1]
    return probabilities


def _unseen_kinds(seen: Seen, strength: float, seed: int) -> float:
    """The mean share refused of a kind that the model was not fitted on.

    One kind after the other is left out, as a visitor's picture is of a kind that was left out too.
    """
    threshold = _threshold(seen, strength, seed)
    refused = []
    for kind in np.unique(seen.kinds):
        left_out = _scores(_model(seen.without(kind), strength), seen.other[seen.kinds == kind])
        refused.append((left_out < threshold).mean())
    return float(np.mean(refused))


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


def refused(predictor: Predictor, slices: Sequence[FloatImage]) -> NDArray[np.bool_]:
    """(N,) booleans: which pictures get no answer."""
    chunks = in_chunks(slices, 16)
    return np.array([a.refusal is not None for c in chunks for a in predict_many(predictor, c)])


@dataclass(frozen=True)
class OtherPictures:
    """What became of pictures of the kinds that the gate was not fitted on.

    Attributes:
        kinds: (N,) of each picture.
        refused: (N,) whether it got no answer.
    """

    kinds: NDArray[np.str_]
    refused: NDArray[np.bool_]

    @property
    def groups(self) -> NDArray[np.int64]:
        """(N,) the kinds as numbers."""
        return np.unique(self.kinds, return_inverse=True)[1]


def other_pictures(predictor: Predictor, seed: int) -> OtherPictures:
    """Show the pictures of the kinds for measuring; `seed` is of their drawing."""
    names, shown = zip(*pictures("measuring", seed), strict=True)
    return OtherPictures(np.array(names), refused(predictor, shown))


def not_brain(other: OtherPictures, seed: int) -> dict[str, object]:
    """The share refused, whole and by kind.

    The interval draws whole kinds: a new picture is of a new kind more often than not.
    """
    by_kind = [
        {"kind": str(kind), "role": "measuring",
         "refused": int(other.refused[other.kinds == kind].sum()),
         "n": int((other.kinds == kind).sum())}
        for kind in np.unique(other.kinds)
    ]  # fmt: skip
    return {**proportion(other.refused, other.groups, seed=seed), "by_kind": by_kind}


def section(
    test: Part, unseen: Part, other: OtherPictures, predictor: Predictor, seed: int
) -> dict[str, object]:
    """What is refused: other pictures, slices of the test parts, brains of other sources."""
    return {
        "not_brain": not_brain(other, seed),
        "test_slices": proportion(test.refused, test.groups, seed=seed),
        "slices_of_unseen_patients": proportion(unseen.refused, unseen.groups, seed=seed),
        "other_brain": other_brains(predictor),
    }


def drawn_kinds(seed: int) -> str:
    """Which pictures are shown for measuring, as JSON: kinds, sources, how many of each, seed."""
    named = [(kind.name, kind.sources) for kind in kinds("measuring")]
    return json.dumps([named, PICTURES, seed])


def other_brains(predictor: Predictor) -> list[dict[str, object]]:
    """Brain slices of other sources: how many are refused, by source."""
    by_source: dict[str, list[FloatImage]] = defaultdict(list)
    for name, pixels in brain_from_packages("measuring"):
        by_source[name].append(pixels)
    return [
        {"kind": name, "refused": int(refused(predictor, slices).sum()), "n": len(slices)}
        for name, slices in by_source.items()
    ]
