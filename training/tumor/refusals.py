"""What the gate turns away, and what it must not."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from shared.tumor.predictor import Predictor, predict_many
from training.metrics import proportion
from training.tumor.brain_from_packages import brain_from_packages
from training.tumor.not_brain import pictures
from training.tumor.passes import FloatImage, batches


def refused(predictor: Predictor, slices: list[FloatImage]) -> np.ndarray:
    """(N,) booleans: which pictures get no answer."""
    chunks = batches(slices, 16)
    return np.array([a.refusal is not None for c in chunks for a in predict_many(predictor, c)])


def other_pictures(predictor: Predictor, seed: int) -> dict[str, object]:
    """The share refused of the kinds that the gate was not fitted on, whole and by kind.

    The interval draws whole kinds: a new picture is of a new kind more often than not.
    """
    names, shown = zip(*pictures("measuring", seed), strict=True)
    hits = refused(predictor, list(shown))
    kinds, member = np.unique(names, return_inverse=True)
    by_kind = [
        {"kind": str(kind), "role": "measuring", "refused": int(hits[member == k].sum()),
         "n": int((member == k).sum())}
        for k, kind in enumerate(kinds)
    ]  # fmt: skip
    return {**proportion(hits, member, seed=seed), "by_kind": by_kind}


def other_brains(predictor: Predictor) -> list[dict[str, object]]:
    """Brain slices of other sources: how many are refused, by source."""
    by_source: dict[str, list[FloatImage]] = defaultdict(list)
    for name, pixels in brain_from_packages("measuring"):
        by_source[name].append(pixels)
    return [
        {"kind": name, "refused": int(refused(predictor, slices).sum()), "n": len(slices)}
        for name, slices in by_source.items()
    ]
