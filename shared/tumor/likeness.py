"""How unlike the pictures that the network learned from a picture is.

The mean of each channel of the last feature map, as a direction, against those of some slices that
the network was fitted on: one minus the mean cosine to the nearest few (after Sun et al. 2022,
"Out-of-distribution detection with deep nearest neighbors"). Calibration and prediction sets made
at home do not hold far from it, so pictures beyond a threshold get their own, wider ones.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.checkpoint.tensors import read_tensors
from shared.tumor.gate import GATE_FILE

NEAREST = 5
KNOWN = "known"  # in `gate.safetensors`, as float16: half the bytes, and the cosines hardly move


@dataclass(frozen=True)
class Known:
    """What the network learned from, in short.

    Attributes:
        directions: (R, C) float32, each of length 1: of slices of the fit part.
        threshold: a picture that is further away than this is unlike them (0..2).
    """

    directions: NDArray[np.float32]
    threshold: float


def read_known(folder: Path, threshold: float) -> Known:
    """What the network of a checkpoint learned from.

    Raises:
        CheckpointError: the file cannot be read.
        KeyError: it does not hold the directions.
    """
    return Known(read_tensors(folder / GATE_FILE)[KNOWN].astype(np.float32), threshold)


def directions(means: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, C) channel means, scaled to length 1; a row of zeros stays so."""
    length = np.linalg.norm(means, axis=1, keepdims=True)
    return np.asarray(means / np.maximum(length, 1e-12), dtype=np.float32)


def distance(known: Known, means: NDArray[np.float32]) -> NDArray[np.float64]:
    """How far pictures are from those that the network learned from.

    Args:
        known: of the checkpoint.
        means: (N, C) mean of each channel of the last feature map.

    Returns:
        (N,) float64, 0 for the same direction, up to 2.
    """
    cosines = directions(means) @ known.directions.T
    count = min(NEAREST, cosines.shape[1])
    nearest = np.partition(cosines, -count, axis=1)[:, -count:]
    return 1 - nearest.mean(axis=1).astype(np.float64)


def unlike(known: Known, means: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(N,) whether pictures are unlike those that the network learned from."""
    return distance(known, means) > known.threshold
