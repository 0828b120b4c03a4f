"""Where the head is in a slice, and how the network sees it.

Scanners, exports and screenshots frame a head in many ways. The network sees a square around the
head with the intensities stretched between two percentiles, so that neither framing nor brightness
tells it where a picture came from. A map over what the network saw is put back onto the slice with
`onto_slice`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

FloatImage = NDArray[np.float32]

LOOK_SIDE = 96  # px; the head is looked for in a small copy: a window needs no finer answer
BORDER_SHARE = 0.04  # of a side; the outer frame in which a slice shows air
BRIGHT_BORDER = 0.6  # air is black in a slice; a border brighter than this is a negative
FOREGROUND_SHARE = 0.12  # of the way from air to the brightest tissue
LINE_SHARE = 0.04  # of a row or column that must be tissue; letters and markers are thinner
MARGIN = 1.06  # of the head's longer side
SMALLEST_HEAD = 0.3  # of the picture's longer side; less than that is a fragment, not a head
DARK_PERCENTILE, BRIGHT_PERCENTILE = 1.0, 99.5
FLAT = 1e-3  # range of intensities under which a picture is blank


@dataclass(frozen=True)
class Window:
    """A square in a slice, in pixels of that slice; it may overhang the picture.

    Attributes:
        top: y of the upper edge.
        left: x of the left edge.
        side: length of an edge, above 0.
    """

    top: float
    left: float
    side: float


@dataclass(frozen=True)
class Prepared:
    """What the network sees of a slice.

    Attributes:
        pixels: (size, size) float32 in 0..1.
        window: where in the slice `pixels` come from.
        inverted: whether the slice was a negative and was turned around.
    """

    pixels: FloatImage
    window: Window
    inverted: bool


def prepare(pixels: FloatImage, size: int) -> Prepared:
    """Frame the head in (H, W) pixels of 0..1 and stretch its intensities: a square of `size`."""
    inverted = is_negative(pixels)
    upright = 1 - pixels if inverted else pixels
    window = head_window(upright)
    return Prepared(stretch(cut(upright, window, size)), window, inverted)


def to_input(prepared: FloatImage) -> FloatImage:
    """Normalise prepared slices as the network was trained: (x - 0.5) / 0.5, one channel repeated
    thrice.

    Args:
        prepared: (S, S) or (N, S, S) float32 in 0..1.

    Returns:
        (N, 3, S, S) float32 in -1..1; N is 1 for a single slice.
    """
    one_channel = prepared.reshape(-1, 1, *prepared.shape[-2:]) * np.float32(2) - np.float32(1)
    batch = np.empty((len(one_channel), 3, *prepared.shape[-2:]), dtype=np.float32)
    batch[:] = one_channel
    return batch


def is_negative(pixels: FloatImage) -> bool:
    """Whether the frame around the picture is bright, as air is in a negative."""
    depth = max(1, round(BORDER_SHARE * min(pixels.shape)))
    edges = (pixels[:depth], pixels[-depth:], pixels[:, :depth], pixels[:, -depth:])
    bright = sum(np.count_nonzero(edge > BRIGHT_BORDER) for edge in edges)
    return bool(2 * bright > sum(edge.size for edge in edges))


def head_window(pixels: FloatImage) -> Window:
    """The square around all that is brighter than air; the whole picture where no head stands out.

    Args:
        pixels: (H, W) float32 in 0..1, bright tissue on dark air.
    """
    height, width = pixels.shape
    step = max(1, max(height, width) // LOOK_SIDE)
    small = pixels[step // 2 :: step, step // 2 :: step]
    # Two slices of one head differ in brightness by scanner and export, so no fixed number tells
    # tissue from air. The 5th percentile is air in any slice, the 99th the brightest tissue; what
    # lies a little above air between the two is head.
    ordered = np.sort(small, axis=None)
    air, tissue = _percentile(ordered, 5), _percentile(ordered, 99)
    mask = small > air + FOREGROUND_SHARE * (tissue - air)
    # A row or column belongs to the head when enough of it is tissue: letters at the rim do not
    # count. From the first such line to the last is the head, and the longer side makes the square.
    rows, columns = (_extent(mask.mean(axis=1)), _extent(mask.mean(axis=0)))
    longest = max(rows[1] - rows[0], columns[1] - columns[0])
    if longest < SMALLEST_HEAD * max(small.shape):
        side = float(max(height, width))
        return Window((height - side) / 2, (width - side) / 2, side)
    side = float(longest * step * MARGIN)  # back to pixels of the slice
    middle_y, middle_x = sum(rows) * step / 2, sum(columns) * step / 2
    return Window(middle_y - side / 2, middle_x - side / 2, side)


def _percentile(ordered: FloatImage, percent: float) -> np.float64:
    """As numpy's percentile, of values already in order: a sort is five times faster than it."""
    position = (ordered.size - 1) * percent / 100
    below = int(position)
    low, high = np.float64(ordered[below]), np.float64(ordered[min(below + 1, ordered.size - 1)])
    return low + (high - low) * (position - below)


def _extent(tissue: NDArray[np.floating]) -> tuple[int, int]:
    """First and one past the last line with enough tissue in it, of the share of each line that is
    tissue; (0, 0) where there is none.
    """
    lines = np.flatnonzero(tissue >= LINE_SHARE)
    return (int(lines[0]), int(lines[-1]) + 1) if len(lines) else (0, 0)


def cut(pixels: FloatImage, window: Window, size: int) -> FloatImage:
    """The window, resampled to (size, size) with antialiasing; black where it overhangs."""
    height, width = pixels.shape
    top, left = min(0, int(np.floor(window.top))), min(0, int(np.floor(window.left)))
    bottom = max(height, int(np.ceil(window.top + window.side)))
    right = max(width, int(np.ceil(window.left + window.side)))
    if (top, left, bottom, right) != (0, 0, height, width):
        wider = np.zeros((bottom - top, right - left), dtype=np.float32)
        wider[-top : height - top, -left : width - left] = pixels
        pixels = wider
    y, x = window.top - top, window.left - left
    box = (x, y, min(x + window.side, pixels.shape[1]), min(y + window.side, pixels.shape[0]))
    picture = Image.fromarray(np.ascontiguousarray(pixels, dtype=np.float32))
    return np.asarray(
        picture.resize((size, size), Image.Resampling.BILINEAR, box=box), dtype=np.float32
    )


def stretch(pixels: FloatImage) -> FloatImage:
    """Stretch the 1st percentile to 0 and the 99.5th to 1; a blank picture becomes 0."""
    flat = np.sort(pixels, axis=None)
    last = flat.size - 1
    low = flat[int(last * DARK_PERCENTILE / 100)]
    high = flat[int(last * BRIGHT_PERCENTILE / 100)]
    if high - low < FLAT:
        return np.zeros_like(pixels)
    stretched: FloatImage = np.clip((pixels - low) / (high - low), 0, 1, dtype=np.float32)
    return stretched


def onto_slice(values: FloatImage, window: Window, shape: tuple[int, int]) -> FloatImage:
    """Put a map over what the network saw back at its place in the slice.

    Args:
        values: (h, w) float32, any range, signed or not.
        window: the window of the `Prepared` that the map belongs to.
        shape: (H, W) of the slice.

    Returns:
        (H, W) float32, bilinear between the cells of the map, 0 outside the window.
    """
    side = max(1, round(window.side))
    picture = Image.fromarray(np.ascontiguousarray(values, dtype=np.float32))
    grown = np.asarray(picture.resize((side, side), Image.Resampling.BILINEAR), dtype=np.float32)
    top, left = round(window.top), round(window.left)
    whole = np.zeros(shape, dtype=np.float32)
    y0, x0 = max(0, top), max(0, left)
    y1, x1 = min(shape[0], top + side), min(shape[1], left + side)
    whole[y0:y1, x0:x1] = grown[y0 - top : y1 - top, x0 - left : x1 - left]
    return whole
