"""What the gate turns away, and what it must not."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.tumor.predictor import Predictor, predict_many
from training.metrics import proportion
from training.tumor.answers import Part
from training.tumor.brain_from_packages import brain_from_packages
from training.tumor.not_brain import PICTURES, kinds, pictures
from training.tumor.passes import FloatImage, batches


def refused(predictor: Predictor, slices: list[FloatImage]) -> np.ndarray:
    """(N,) booleans: which pictures get no answer."""
    chunks = batches(slices, 16)
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
    return OtherPictures(np.array(names), refused(predictor, list(shown)))


def not_brain(found: OtherPictures, seed: int) -> dict[str, object]:
    """The share refused, whole and by kind.

    The interval draws whole kinds: a new picture is of a new kind more often than not.
    """
    by_kind = [
        {"kind": str(kind), "role": "measuring",
         "refused": int(found.refused[found.kinds == kind].sum()),
         "n": int((found.kinds == kind).sum())}
        for kind in np.unique(found.kinds)
    ]  # fmt: skip
    return {**proportion(found.refused, found.groups, seed=seed), "by_kind": by_kind}


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
