"""Does the answer rest on the tumor? Cover the tumor, and ask again.

The tumor of a symmetric slice is covered by what lies opposite to it, in the other half of the
head: the slice stays in its own style, and only the tumor is gone. A network that still says tumor
answers from something else. A patch of the same size, covered the same way elsewhere in the same
slice, shows what the covering alone does.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.tumor.synthesis import (
    NO_BOX,
    TISSUE,
    BoxRow,
    FloatImage,
    box_slices,
    grown,
    is_symmetric,
    mirrored_box,
    soft_ellipse,
)

COVER = 1.35  # of the box: a tumor reaches over its box here and there
TRIES = 60  # for a place elsewhere


@dataclass(frozen=True)
class Covered:
    """One slice twice.

    Attributes:
        tumor: (S, S) float32 in 0..1, the tumor covered.
        elsewhere: (S, S) float32 in 0..1, a place without tumor covered.
    """

    tumor: FloatImage
    elsewhere: FloatImage


def covered(pixels: FloatImage, box: BoxRow, seed: int) -> Covered | None:
    """A slice with its tumor covered, and with another place covered.

    Args:
        pixels: (S, S) float32 in 0..1, framed.
        box: (4,) of the tumor: left, top, right, bottom as fractions of the square.
        seed: of the rims and of the other place.

    Returns:
        None where the slice has no box or is not symmetric, where the tumor touches the midline, or
        where no other place is left.
    """
    if np.isnan(box[0]) or box[0] < 0.5 < box[2] or not is_symmetric(pixels, box):
        return None
    rng = np.random.default_rng(seed)
    tumor = by_mirror(pixels, box, rng)
    other = _place_elsewhere(pixels, box, rng)
    return None if np.isnan(other[0]) else Covered(tumor, by_mirror(pixels, other, rng))


def by_mirror(pixels: FloatImage, box: BoxRow, rng: np.random.Generator) -> FloatImage:
    """A slice in which an ellipse over a box shows what lies opposite to it."""
    mask = soft_ellipse(grown(box, COVER), len(pixels), rng)
    return np.asarray(pixels * (1 - mask) + pixels[:, ::-1] * mask, dtype=np.float32)


def _place_elsewhere(pixels: FloatImage, box: BoxRow, rng: np.random.Generator) -> BoxRow:
    """A box of the same size on tissue, off the midline, the tumor and its mirror image."""
    half = (box[2:] - box[:2]) / 2
    for _ in range(TRIES):
        middle = rng.uniform(0.2, 0.8, 2)
        place = np.concatenate([middle - half, middle + half]).astype(np.float32)
        rows, columns = box_slices(place, len(pixels))
        tissue = pixels[rows, columns]
        one_sided = not place[0] < 0.5 < place[2]
        apart = not (overlap(place, box) or overlap(mirrored_box(place), box))
        if one_sided and apart and tissue.size and tissue.mean() > TISSUE:
            return place
    return NO_BOX


def overlap(one: BoxRow, other: BoxRow) -> bool:
    """Whether two boxes share a place."""
    apart: NDArray[np.bool_] = (one[2:] < other[:2]) | (other[2:] < one[:2])
    return not bool(apart.any())
