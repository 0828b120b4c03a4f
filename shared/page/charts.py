"""Small plots as SVG; what a mark shows appears beside it when it is hovered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from shared.page.figures import Figure, interval, number

WIDTH = 460  # of an interval plot; little more than a phone's, so that its words stay legible there
ROW = 42  # height of a row of an interval plot, its name above its line
SIDE = 16  # room beside the scale for the first and the last tick
SQUARE = 380  # side of the reliability curve, axes included
EDGE = 52  # of it, for the axes


@dataclass(frozen=True)
class Bin:
    """One bin of a reliability curve.

    Attributes:
        confidence: mean said probability, 0..1.
        accuracy: share of which it came true, 0..1.
        n: how many cases.
    """

    confidence: float
    accuracy: float
    n: int


def interval_plot(title: str, rows: Mapping[str, Figure], low: float, high: float) -> str:
    """Dots with whiskers, a row each, on one scale from `low` to `high`."""
    height = ROW * len(rows) + 30
    marks = "".join(
        _interval_row(at, name, each, low, high) for at, (name, each) in enumerate(rows.items())
    )
    return svg(title, WIDTH, height, scale(low, high, height) + marks)


def scale(low: float, high: float, height: int) -> str:
    """Lines and numbers of an interval plot's scale, from `low` to `high`, `height` px tall."""
    return "".join(_tick(low + (high - low) * step / 4, low, high, height) for step in range(5))


def along(value: float, low: float, high: float) -> float:
    """Where a value lies on an interval plot's scale, in px; at its end if it lies beyond."""
    share = (min(max(value, low), high) - low) / (high - low)
    return SIDE + share * (WIDTH - 2 * SIDE)


def reliability(title: str, bins: Sequence[Bin], n_of: str, came_true: str = "right") -> str:
    """Accuracy against confidence; on the diagonal a probability means what it says.

    Args:
        title: what it shows, for those who do not see it.
        bins: not empty ones.
        n_of: what is counted, as a plural: "slices".
        came_true: in a word, what the probability is said of: "right", "approved".
    """
    largest = max((each.n for each in bins), default=1)
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(b.confidence, b.accuracy) for b in bins))
    dots = "".join(_dot(b, largest, n_of, came_true) for b in bins)
    drawn = f'<polyline class="line" points="{line}"/>{dots}'
    return square(title, "said probability", f"share that was {came_true}", drawn)


def square(title: str, x_name: str, y_name: str, content: str) -> str:
    """A plot of one share against another, with the diagonal where both are the same.

    Args:
        title: what it shows, for those who do not see it.
        x_name, y_name: names of the axes.
        content: SVG elements, put where `place` says.
    """
    grid = "".join(_grid(step / 4) for step in range(5))
    (x0, y0), (x1, y1) = place(0, 0), place(1, 1)
    names = (
        f'<text class="axis" x="{SQUARE / 2}" y="{SQUARE - 6}" text-anchor="middle">'
        f"{escape(x_name)}</text>"
        f'<text class="axis" transform="translate(4 {SQUARE / 2}) rotate(-90)" '
        f'text-anchor="middle">{escape(y_name)}</text>'
    )
    diagonal = f'<line class="ideal" x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}"/>'
    return svg(title, SQUARE, SQUARE, f"{grid}{diagonal}{content}{names}")


def place(x: float, y: float) -> tuple[float, float]:
    """Where two shares (0..1) lie in a `square`, in px from its upper left corner."""
    inner = SQUARE - 2 * EDGE
    return EDGE + x * inner, SQUARE - EDGE - y * inner


def svg(title: str, width: int, height: int, content: str) -> str:
    """The frame of a plot, as wide as there is room and no wider than `width`.

    Args:
        title: what it shows, for those who do not see it.
        width, height: of the drawing, in px.
        content: SVG elements.
    """
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" style="max-width:{width}px" role="img" '
        f'aria-label="{escape(title)}">{content}</svg>'
    )


def _interval_row(at: int, name: str, each: Figure, low: float, high: float) -> str:
    y = 30 + at * ROW
    x = along(each.value, low, high)
    whisker = ""
    if each.low is not None and each.high is not None:
        left, right = along(each.low, low, high), along(each.high, low, high)
        whisker = f'<line class="whisker" x1="{left:.1f}" y1="{y}" x2="{right:.1f}" y2="{y}"/>'
    tip = f"{number(each.value)}" + (f" ({interval(each)})" if whisker else "")
    return (
        f'<g class="mark"><rect class="hit" x="0" y="{y - 28}" width="{WIDTH}" height="{ROW}"/>'
        f'<text class="label" x="0" y="{y - 12}">{escape(name)}</text>{whisker}'
        f'<circle cx="{x:.1f}" cy="{y}" r="6"/>'
        f'<text class="tip" x="{WIDTH}" y="{y - 12}" text-anchor="end">{tip}</text></g>'
    )


def _tick(value: float, low: float, high: float, height: int) -> str:
    x = along(value, low, high)
    return (
        f'<line class="grid" x1="{x:.1f}" y1="0" x2="{x:.1f}" y2="{height - 22}"/>'
        f'<text class="axis" x="{x:.1f}" y="{height - 6}" text-anchor="middle">{value:.2f}</text>'
    )


def _grid(share: float) -> str:
    (x0, y), (x1, _), (x, bottom) = place(0, share), place(1, share), place(share, 0)
    return (
        f'<line class="grid" x1="{x0}" y1="{y:.1f}" x2="{x1}" y2="{y:.1f}"/>'
        f'<text class="axis" x="{x0 - 8}" y="{y + 4:.1f}" text-anchor="end">{share:.2f}</text>'
        f'<text class="axis" x="{x:.1f}" y="{bottom + 18:.1f}" text-anchor="middle">{share:.2f}'
        "</text>"
    )


def _dot(each: Bin, largest: int, n_of: str, came_true: str) -> str:
    x, y = place(each.confidence, each.accuracy)
    radius = 4 + 9 * (each.n / largest) ** 0.5
    anchor, side = ("end", x - radius - 6) if x > SQUARE / 2 else ("start", x + radius + 6)
    return (
        f'<g class="mark"><circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
        f'<text class="tip" x="{side:.1f}" y="{y - 6:.1f}" text-anchor="{anchor}">'
        f"said {each.confidence:.2f}, {escape(came_true)} {each.accuracy:.2f}, {each.n:,} "
        f"{escape(n_of)}</text></g>"
    )
