"""What reading a file gives, whatever its format."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatImage = NDArray[np.float32]
COLOURED = 0.03  # mean difference of the channels over which a picture counts as coloured


@dataclass(frozen=True)
class Slice:
    """One slice, ready for `shared.slices.framing.prepare`.

    Attributes:
        pixels: (H, W) float32 in 0..1, upright.
        format: "PNG", "JPEG", "DICOM", ...
        frames: number of frames in the file.
        frame: which of them this is, from 0.
        colourfulness: mean absolute difference between the channels, 0..1, over what is not black.
        notes: what was done to the picture on the way, a sentence each.
    """

    pixels: FloatImage
    format: str
    frames: int = 1
    frame: int = 0
    colourfulness: float = 0.0
    notes: tuple[str, ...] = ()


def to_unit_range(values: NDArray[np.generic]) -> tuple[FloatImage, float, float]:
    """(H, W) float32 from the smallest value as 0 to the largest as 1, and both; 0 if constant."""
    wide = values.astype(np.float64)
    low, high = float(wide.min()), float(wide.max())
    span = high - low or 1.0
    return ((wide - low) / span).astype(np.float32), low, high


def grey_of(rgb: NDArray[np.uint8]) -> tuple[FloatImage, float]:
    """(H, W) luma (ITU-R BT.601) and colourfulness, 0..1 each, of (H, W, 3) uint8."""
    wide = rgb.astype(np.int16)
    spread = wide.max(axis=2) - wide.min(axis=2)
    lit = wide.max(axis=2) > 25
    colourfulness = float(spread[lit].mean() / 255) if lit.any() else 0.0
    luma = rgb @ np.array([0.299, 0.587, 0.114], dtype=np.float32) / np.float32(255)
    return np.clip(luma, 0, 1).astype(np.float32), colourfulness
