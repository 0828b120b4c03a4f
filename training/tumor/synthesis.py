"""Slices that break the link between the style of a picture and its class.

In public sets the tumors come from one hospital and the healthy heads from others, so contrast and
framing give the class away. Three changes take that clue from a network:

- **paste** a tumor from a boxed slice into a healthy head of another source: now that style has
  tumors;
- **erase** a tumor from a symmetric slice with what lies opposite to it: now that style has healthy
  heads;
- **control**: paste a patch of healthy tissue into a healthy head, so that a seam alone proves
  nothing.

The idea is that of Cut, Paste and Learn (Dwibedi, Misra and Hebert 2017), with soft seams and the
intensities of the patch matched to where it goes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from training.tumor.slices import FloatImage

BoxRow = NDArray[np.float32]
NO_BOX = np.full(4, np.nan, dtype=np.float32)

SYMMETRIC = 0.80  # correlation of a slice with its mirror image over which it is axial or coronal
TISSUE = 0.12  # mean brightness under which a place is air
PLACES = 8  # tries to find tissue for a patch


@dataclass(frozen=True)
class Sample:
    """One slice for training: pixels (S, S) float32 in 0..1, class index, box (4,) or NaN."""

    pixels: FloatImage
    target: int
    box: BoxRow


def erase(sample: Sample, healthy: int, rng: np.random.Generator) -> Sample | None:
    """Replace the boxed tumor by the mirrored tissue of the other side.

    Args:
        sample: a slice with a box.
        healthy: index of the class without a tumor.
        rng: source of randomness.

    Returns:
        The slice without its tumor, or None where it is not symmetric or the tumor touches the
        midline.
    """
    left, _, right, _ = sample.box
    if left < 0.5 < right or not is_symmetric(sample.pixels, sample.box):
        return None
    mask = soft_ellipse(grown(sample.box, 1.35), sample.pixels.shape[0], rng)
    mirrored = sample.pixels[:, ::-1]  # the healthy other side of the same head, in the same style
    return Sample(sample.pixels * (1 - mask) + mirrored * mask, healthy, NO_BOX)


def is_symmetric(pixels: FloatImage, box: BoxRow) -> bool:
    """Whether a slice is like its mirror image outside the box, as axial and coronal ones are."""
    outside = np.ones(pixels.shape, dtype=bool)
    rows, columns = box_slices(box, pixels.shape[0])
    outside[rows, columns] = False
    outside &= outside[:, ::-1]
    smooth = gaussian_filter(pixels, 3)
    return bool(np.corrcoef(smooth[outside], smooth[:, ::-1][outside])[0, 1] > SYMMETRIC)


def paste(host: Sample, donor: Sample, rng: np.random.Generator) -> Sample | None:
    """Put the boxed tissue of `donor` into `host`, near where it was, and give the host its class
    and box.

    Args:
        host: a slice without a tumor.
        donor: a slice with a box.
        rng: source of randomness.

    Returns:
        The changed host, or None where no tissue was found to put the patch into.
    """
    size = host.pixels.shape[0]
    scale = float(np.exp(rng.uniform(np.log(0.75), np.log(1.4))))
    flip = rng.random() < 0.5
    source = resized(donor.pixels[:, ::-1] if flip else donor.pixels, scale)
    around = mirrored_box(donor.box) if flip else donor.box
    for _ in range(PLACES):
        place = moved(grown(around, scale), rng)
        rows, columns = box_slices(place, size)
        if host.pixels[rows, columns].size and host.pixels[rows, columns].mean() > TISSUE:
            pixels = _blend(host.pixels, source, around * scale, place, rng)
            return Sample(pixels, donor.target, place)
    return None


def healthy_patch(donor: Sample, size_of: BoxRow, rng: np.random.Generator) -> Sample | None:
    """A healthy slice with a tumor-sized box around some of its tissue: the donor of a control."""
    width, height = size_of[2] - size_of[0], size_of[3] - size_of[1]
    for _ in range(PLACES):
        x, y = rng.uniform(0.1, 0.9 - width), rng.uniform(0.1, 0.9 - height)
        box = np.array([x, y, x + width, y + height], dtype=np.float32)
        rows, columns = box_slices(box, donor.pixels.shape[0])
        if donor.pixels[rows, columns].size and donor.pixels[rows, columns].mean() > TISSUE:
            return Sample(donor.pixels, donor.target, box)
    return None


def _blend(
    host: FloatImage,
    source: FloatImage,
    source_box: BoxRow,
    place: BoxRow,
    rng: np.random.Generator,
) -> FloatImage:
    """Shift `source` so that its box lies on `place`, match its intensities, and fade it in."""
    size = host.shape[0]
    shift = np.rint((place[:2] - source_box[:2]) * size).astype(int)
    moved_source = shifted(source, (int(shift[1]), int(shift[0])), size)
    mask = soft_ellipse(grown(place, 1.15), size, rng)
    # Tissue just around the place. The patch takes over its mean and contrast; otherwise a network
    # would learn to find what is brighter than its surroundings, not what a tumor looks like.
    ring = (soft_ellipse(grown(place, 1.8), size, rng) > 0.3) & (mask < 0.1)
    if ring.sum() < 20:
        ring = mask < 0.1
    gain = np.clip((host[ring].std() + 0.02) / (moved_source[ring].std() + 0.02), 0.6, 1.6)
    sign = -1 if rng.random() < 0.15 else 1  # a lesion may be darker than its surroundings too
    patch = host[ring].mean() + sign * gain * (moved_source - moved_source[ring].mean())
    return np.asarray(np.clip(host * (1 - mask) + patch * mask, 0, 1), dtype=np.float32)


def soft_ellipse(box: BoxRow, size: int, rng: np.random.Generator) -> FloatImage:
    """(size, size) mask: 1 in the ellipse of a box, fading to 0 over a random width at its rim."""
    left, top, right, bottom = (float(v) for v in box)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    radius = np.hypot(
        (x - (left + right) / 2) / max((right - left) / 2, 1e-3),
        (y - (top + bottom) / 2) / max((bottom - top) / 2, 1e-3),
    )
    softness = rng.uniform(0.08, 0.3)
    return np.asarray(np.clip((1 + softness - radius) / (2 * softness), 0, 1), dtype=np.float32)


def grown(box: BoxRow, factor: float) -> BoxRow:
    """A box scaled about its middle."""
    middle, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2 * factor
    return np.concatenate([middle - half, middle + half]).astype(np.float32)


def moved(box: BoxRow, rng: np.random.Generator) -> BoxRow:
    """A box shifted at random by up to a tenth of the picture, kept inside it."""
    x, y = rng.uniform(-0.1, 0.1, 2)
    x = float(np.clip(x, -box[0], 1 - box[2])) if box[2] - box[0] < 1 else 0.0
    y = float(np.clip(y, -box[1], 1 - box[3])) if box[3] - box[1] < 1 else 0.0
    return (box + np.array([x, y, x, y])).astype(np.float32)


def mirrored_box(box: BoxRow) -> BoxRow:
    """A box after its picture was flipped left to right."""
    return np.array([1 - box[2], box[1], 1 - box[0], box[3]], dtype=np.float32)


def box_slices(box: BoxRow, size: int) -> tuple[slice, slice]:
    """Rows and columns of a box in a square of `size` pixels."""
    left, top, right, bottom = (int(v) for v in np.clip(np.rint(box * size), 0, size))
    return slice(top, bottom), slice(left, right)


def resized(pixels: FloatImage, scale: float) -> FloatImage:
    """A picture grown or shrunk about its upper left corner."""
    side = max(8, round(pixels.shape[0] * scale))
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    return np.asarray(picture.resize((side, side), Image.Resampling.BILINEAR), dtype=np.float32)


def shifted(pixels: FloatImage, by: tuple[int, int], size: int) -> FloatImage:
    """A picture moved down and right by whole pixels onto a black square of `size`."""
    canvas = np.zeros((size, size), dtype=np.float32)
    top, left = by
    height, width = pixels.shape
    y0, x0, y1, x1 = max(0, top), max(0, left), min(size, top + height), min(size, left + width)
    if y1 > y0 and x1 > x0:
        canvas[y0:y1, x0:x1] = pixels[y0 - top : y1 - top, x0 - left : x1 - left]
    return canvas
