"""A map of where the network looked: raw numbers, the region it marks, its outline and colours.

It stays raw and signed until it is drawn: divided by its own maximum, an empty map would look like
a full one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from contourpy import contour_generator
from numpy.typing import NDArray
from PIL import Image

from shared.errors import InputError
from shared.palette import COLOUR_MAPS, stops
from shared.slices.framing import Window, onto_slice

FloatImage = NDArray[np.float32]
LAST, INPUT = "last", "input"  # layers: the last feature map, and the pixels themselves
GRADCAM = "gradcam"
EMPTY_UNDER = 0.02  # in units of the logit; a map whose positive part adds up to less shows nothing
MARKED_FROM = 0.2  # of the largest value, as in Zhou et al. 2016: overlaps best with experts' boxes
FULL, SHADES = 255, 256  # of a byte


@dataclass(frozen=True)
class Heatmap:
    """A map over the square that the network saw.

    Attributes:
        values: (h, w) float32, raw and signed. Grad-CAM at the last feature map adds up to the
            logit without its bias.
        target: the class that the map speaks for.
        against: the class it is compared with; None for a map of one class.
        layer: where it was taken.
        method: a name in `shared.tumor.methods.METHODS`.
        gap: for Integrated Gradients, how far the map's sum is from the difference of the outputs
            (completeness); None for other methods.
    """

    values: NDArray[np.float32]
    target: str
    against: str | None = None
    layer: str = LAST
    method: str = GRADCAM
    gap: float | None = None

    @property
    def positive_sum(self) -> float:
        """How much speaks for the target, in units of the logit."""
        return float(np.clip(self.values, 0, None).sum())

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return self.positive_sum < EMPTY_UNDER


def class_indices(
    labels: Sequence[str], target: str, against: str | None
) -> tuple[int, int | None]:
    """The indices of the class that a map speaks for and of the one it is compared with.

    Args:
        labels: class names in the order of the logits.
        target: one of them.
        against: another one, or None.

    Raises:
        InputError: no such class, or a class compared with itself.
    """
    if target == against:
        raise InputError(
            f"{target!r} cannot be compared with itself. Choose two different classes."
        )
    first = index_of(labels, target, "target")
    return first, None if against is None else index_of(labels, against, "against")


def index_of(labels: Sequence[str], name: str, role: str) -> int:
    """The index of a class.

    Args:
        labels: class names in the order of the logits.
        name: one of them.
        role: what the name was given as, for the message.

    Raises:
        InputError: no such class.
    """
    if name not in labels:
        raise InputError(f"There is no class {name!r} ({role}). The classes are {quoted(labels)}.")
    return list(labels).index(name)


def quoted(names: Sequence[str]) -> str:
    """Names in an error's sentence: "'a', 'b'"."""
    return ", ".join(repr(name) for name in names)


def levels(heatmap: Heatmap) -> FloatImage:
    """(h, w) in 0..1: the positive part over its own largest value; all 0 where there is none."""
    if heatmap.empty:
        return np.zeros_like(heatmap.values)
    positive = np.clip(heatmap.values, 0, None)
    scaled: FloatImage = positive / positive.max()
    return scaled


def marked(heatmap: Heatmap, size: int) -> NDArray[np.bool_]:
    """(size, size) booleans: where a map reaches `MARKED_FROM` of its largest value."""
    whole = Window(0, 0, size)
    grown = onto_slice(levels(heatmap), whole, (size, size))
    return grown >= MARKED_FROM if not heatmap.empty else np.zeros((size, size), dtype=bool)


def outline(heatmap: Heatmap, window: Window) -> list[list[list[float]]]:
    """The rim of the marked region: closed lines of [x, y] in pixels of the slice, if any."""
    if heatmap.empty:
        return []
    grid = np.pad(levels(heatmap), 1)  # the rim closes at the edge of the map
    height, width = heatmap.values.shape
    lines = contour_generator(z=grid, line_type="Separate").lines(MARKED_FROM)
    cell = np.array([window.side / width, window.side / height])
    corner = np.array([window.left, window.top])
    # The padding moved everything by one cell, and a value stands for the middle of its cell.
    on_slice = [(np.asarray(line, dtype=np.float64) - 0.5) * cell + corner for line in lines]
    return [np.round(points, 2).tolist() for points in on_slice]


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
    cover = np.sqrt(np.arange(SHADES) / FULL) * opacity * FULL
    rounded: list[int] = np.rint(cover).astype(int).tolist()
    return rounded


@cache
def colour_table(name: str) -> NDArray[np.uint8]:
    """256 colours of a map.

    Args:
        name: "viridis", "cividis" or "magma".

    Returns:
        (256, 3) uint8, from nothing to most.

    Raises:
        InputError: no such colour map.
    """
    if name not in COLOUR_MAPS:
        raise InputError(
            f"There is no colour map {name!r}. Choose one of {', '.join(COLOUR_MAPS)}."
        )
    colours = np.array(stops(name), dtype=float)
    levels = np.linspace(0, len(colours) - 1, 256)
    channels = [np.interp(levels, np.arange(len(colours)), colours[:, c]) for c in range(3)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)
