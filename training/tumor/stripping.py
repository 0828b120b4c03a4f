"""Take skull and scalp off a slice, as many public sets do before they publish.

A brain lies inside a dark ring of bone. Bright tissue that is cut off from the scalp by an opening
is the brain; where no such piece is found, a slice is left as it is. Rough, and good enough to
teach a network that a head may lack its skull.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import binary_dilation, binary_fill_holes, binary_opening, label

FloatImage = NDArray[np.float32]
SIDE = 112  # px, of the copy in which the brain is looked for
THRESHOLDS = (0.16, 0.22, 0.3, 0.38)  # of the stretched brightness; higher ones cut thicker scalps
OPENINGS = (2, 4)  # steps of erosion and dilation that part brain from scalp
SHARES = (0.12, 0.62)  # of the square that a brain covers
REACH = 0.9  # a brain's box over the head's box; more is a head whose scalp did not come off
SOLID = 0.78  # share of a brain's box that an ellipse fills


def brain_mask(pixels: FloatImage) -> NDArray[np.bool_] | None:
    """Where the brain is in a framed slice.

    Args:
        pixels: (S, S) float32 in 0..1, framed by `shared.slices.framing.prepare`.

    Returns:
        (S, S) booleans, or None where no piece looks like a brain.
    """
    size = pixels.shape[0]
    small = np.asarray(Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BILINEAR))
    for threshold in THRESHOLDS:
        for steps in OPENINGS:
            piece = _middle_piece(binary_opening(small > threshold, iterations=steps))
            if piece is not None and _like_brain(piece, small > threshold):
                grown = binary_dilation(binary_fill_holes(piece), iterations=2)
                mask = Image.fromarray(grown.astype(np.uint8) * 255).resize((size, size))
                return np.asarray(mask) > 127
    return None


def _middle_piece(mask: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """The largest connected piece; None where there is none."""
    pieces, count = label(mask)
    if not count:
        return None
    sizes = np.bincount(pieces.ravel())[1:]
    return np.asarray(pieces == 1 + int(sizes.argmax()))


def _like_brain(piece: NDArray[np.bool_], tissue: NDArray[np.bool_]) -> bool:
    """Whether a piece has a brain's size and shape and leaves a scalp around it."""
    filled = binary_fill_holes(piece)
    if not SHARES[0] < filled.mean() < SHARES[1]:
        return False
    wide, high = _sides(filled)
    head_wide, head_high = _sides(tissue)
    fits = min(wide / head_wide, high / head_high) < REACH
    fills = filled.sum() / (wide * high) > SOLID * np.pi / 4
    return bool(fits and max(wide / head_wide, high / head_high) < 0.97 and fills)


def _sides(mask: NDArray[np.bool_]) -> tuple[int, int]:
    """Width and height of the box around a mask, pixels."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1
