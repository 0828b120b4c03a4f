"""A raw map, drawn: which region it marks, its outline, and its colours over the slice."""

from __future__ import annotations

from functools import cache

import numpy as np
from contourpy import contour_generator
from numpy.typing import NDArray
from PIL import Image

from shared.slices.framing import Window, onto_slice
from shared.tumor.colours import colour_table
from shared.tumor.heatmap import Heatmap

FloatImage = NDArray[np.float32]
MARKED_FROM = 0.2  # of the largest value, as in Zhou et al. 2016: overlaps best with experts' boxes
FULL, SHARES = 255, 256  # of a byte


def levels(heatmap: Heatmap) -> FloatImage:
    """The positive part over its own largest value; all 0 where the map shows nothing.

    Args:
        heatmap: raw and signed.

    Returns:
        (h, w) float32 in 0..1.
    """
    if heatmap.empty:
        return np.zeros_like(heatmap.values)
    positive = np.clip(heatmap.values, 0, None)
    scaled: FloatImage = positive / positive.max()
    return scaled


def marked(heatmap: Heatmap, size: int) -> NDArray[np.bool_]:
    """The region that a map marks, over the square that the network saw.

    Args:
        heatmap: raw and signed.
        size: side of the square, pixels.

    Returns:
        (size, size) booleans: where the map is at least `MARKED_FROM` of its largest value; none
            when empty.
    """
    whole = Window(0, 0, size)
    grown = onto_slice(levels(heatmap), whole, (size, size))
    return grown >= MARKED_FROM if not heatmap.empty else np.zeros((size, size), dtype=bool)


def outline(heatmap: Heatmap, window: Window) -> list[list[list[float]]]:
    """The rim of the marked region.

    Args:
        heatmap: raw and signed.
        window: where in the slice the map lies.

    Returns:
        Closed lines of [x, y] in pixels of the slice; none when the map is empty.
    """
    if heatmap.empty:
        return []
    grid = np.pad(levels(heatmap), 1)  # the rim closes at the edge of the map
    height, width = heatmap.values.shape
    lines = contour_generator(z=grid, line_type="Separate").lines(MARKED_FROM)
    cell = np.array([window.side / width, window.side / height])
    corner = np.array([window.left, window.top])
    found: list[list[list[float]]] = []
    for line in lines:
        places = (np.asarray(line, dtype=np.float64) - 0.5) * cell + corner
        found.append(np.round(places, 2).tolist())
    return found


def blend(
    pixels: FloatImage,
    heatmap: Heatmap,
    window: Window,
    *,
    colours: str = "viridis",
    opacity: float = 0.5,
) -> NDArray[np.uint8]:
    """The slice with the map over it; where the map is 0 the slice shows through.

    Args:
        pixels: (H, W) float32 in 0..1.
        heatmap: raw and signed.
        window: where in the slice the map lies.
        colours: name of a colour map.
        opacity: of the map at its largest value, 0..1.

    Returns:
        (H, W, 3) uint8.

    Raises:
        InputError: no such colour map.
    """
    # In Pillow: the same in numpy takes twice as long and keeps other threads out.
    grey = Image.fromarray((pixels * np.float32(FULL)).astype(np.uint8)).convert("RGB")
    table = colour_table(colours)
    if heatmap.empty:
        return np.asarray(grey)
    coloured = _placed(np.rint(levels(heatmap) * np.float32(FULL)), window, grey.size)
    mask = coloured.point(_cover(opacity))
    if box := mask.getbbox():  # most of a map is empty: only the rest is worth mixing
        coloured.putpalette(table.tobytes())
        grey.paste(coloured.crop(box).convert("RGB"), box, mask.crop(box))
    return np.asarray(grey)


def _placed(steps: FloatImage, window: Window, size: tuple[int, int]) -> Image.Image:
    """A map in whole steps at its place in the slice, as `onto_slice` puts it there."""
    side = max(1, round(window.side))
    cells = Image.fromarray(steps.astype(np.uint8))
    whole = Image.new("L", size)
    place = (round(window.left), round(window.top))
    whole.paste(cells.resize((side, side), Image.Resampling.BILINEAR), place)
    return whole


@cache
def _cover(opacity: float) -> list[int]:
    """How much of the slice each level covers, 0..255: its square root, as on the page."""
    cover = np.sqrt(np.arange(SHARES) / FULL) * opacity * FULL
    found: list[int] = np.rint(cover).astype(int).tolist()
    return found
