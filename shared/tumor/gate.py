"""The gate: is this picture a brain MRI slice at all?

Softmax cannot say "none of these": its probabilities add up to 1 for a photo of a cat too. So a
second, small question is asked of the same features, before the classes are.

A linear score over the mean and the maximum of each channel of the last feature map, standardised:
w . (x - mean) / scale + b, squashed to 0..1. The maximum tells things apart that lie in one place,
which the mean over a mostly black square hides. It is fitted on calibration slices against pictures
of other things (outlier exposure; Hendrycks, Mazeika and Dietterich 2019) and its threshold is set
so that few calibration slices fall under it. A scan has no colour, so a picture with colours is
refused before that.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.checkpoint.tensors import read_tensors
from shared.errors import CheckpointError

GATE_FILE = "gate.safetensors"
MOST_COLOURFUL = 0.05  # `Slice.colourfulness` above which a picture is none of a scanner


@dataclass(frozen=True)
class Gate:
    """A linear gate.

    Attributes:
        mean, scale, weight: (2 C,) float32 each, over what `pooled` gives.
        bias: added to the weighted sum.
        threshold: a score under it (0..1) is refused.
    """

    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    weight: NDArray[np.float32]
    bias: float
    threshold: float


def read_gate(folder: Path, recorded: dict[str, Any]) -> Gate:
    """The gate of a checkpoint: vectors from `gate.safetensors`, numbers from `decision.json`.

    Raises:
        CheckpointError: the file cannot be read, or a part is missing.
    """
    vectors = read_tensors(folder / GATE_FILE)
    try:
        return Gate(
            mean=vectors["mean"],
            scale=vectors["scale"],
            weight=vectors["weight"],
            bias=float(recorded["bias"]),
            threshold=float(recorded["threshold"]),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise CheckpointError(f"{GATE_FILE} cannot be used: {error!r}. Decide again.") from error


def gate_score(gate: Gate, seen: NDArray[np.float32]) -> NDArray[np.float64]:
    """How much a picture is like a brain MRI slice.

    Args:
        gate: a fitted gate.
        seen: (N, 2 C) what `pooled` gives of the last feature map.

    Returns:
        (N,) float64 in 0..1; under `gate.threshold` the picture is refused.
    """
    margin = ((seen - gate.mean) / gate.scale) @ gate.weight + gate.bias
    score: NDArray[np.float64] = 1 / (1 + np.exp(-np.asarray(margin, dtype=np.float64)))
    return score


def pooled(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the gate looks at.

    Args:
        features: (N, C, h, w) last feature map.

    Returns:
        (N, 2 C) float32: the mean of each channel, then the maximum of each.
    """
    flat = features.reshape(*features.shape[:2], -1)
    cells = flat.shape[2]
    # As a product: numpy's mean over the last axis takes five times as long.
    mean = flat @ np.full(cells, 1 / cells, np.float32)
    return np.concatenate([mean, flat.max(axis=2)], axis=1)
