"""The frame, the scale and the marks of every drawing of both Spaces, as SVG.

A drawing is elements with classes; colours come from the style sheet (`assets/charts.css`), which a
page takes as it is and a file carries in itself. What a mark shows appears when it is hovered.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from shared.report.figures import MINUS

WIDTH = 460  # px of a drawing; little more than a phone's, so that its words stay legible there
SIDE = 16  # px beside the scale of rows, for its first and its last number
LINE = 17  # px from one line of words to the next
QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Axis:
    """A scale from `low` to `high`; `ticks` are what is written along it, by value."""

    low: float
    high: float
    ticks: Mapping[float, str]
    name: str = ""

    def along(self, value: float) -> float:
        """Where a value lies, 0..1; at the end if it lies beyond."""
        return (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)


def unit(name: str = "") -> Axis:
    """Shares from 0 to 1."""
    return Axis(0, 1, {share: f"{share:.2f}" for share in QUARTERS}, name)


def percents(name: str = "") -> Axis:
    """Shares from 0 to 100 %."""
    return Axis(0, 1, {share: f"{share:.0%}" for share in QUARTERS}, name)


def rounded(low: float, high: float, name: str = "") -> Axis:
    """From `low` to `high`, with round numbers along it: at most eight."""
    rough = (high - low) / 7
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    ticks = {k * step: f"{k * step:.{digits}f}" for k in range(first, last + 1)}
    return Axis(low, high, {at: text.replace("-", MINUS) for at, text in ticks.items()}, name)


@dataclass(frozen=True)
class Frame:
    """The ground of a drawing, and where a value lies on it, in px from the upper left corner.

    Attributes:
        x, y: the axes; without `y` there are rows, one below the other.
        width, height: of all.
        left, right, top, foot: px around the scales.
    """

    x: Axis
    y: Axis | None = None
    width: int = WIDTH
    height: int = 290
    left: int = 44
    right: int = 12
    top: int = 26
    foot: int = 40

    def across(self, value: float) -> float:
        """Of a value on the x axis."""
        return self.left + self.x.along(value) * (self.width - self.left - self.right)

    def down(self, value: float) -> float:
        """Of a value on the y axis."""
        assert self.y is not None
        return self.bottom - self.y.along(value) * (self.bottom - self.top)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Of a point."""
        return self.across(x), self.down(y)

    @property
    def bottom(self) -> int:
        """The lower end of the scales."""
        return self.height - self.foot

    def ground(self) -> str:
        """Grid, numbers along the axes, and their names."""
        rows = "".join(self._row(*tick) for tick in self.y.ticks.items()) if self.y else ""
        columns = "".join(self._column(*tick) for tick in self.x.ticks.items())
        names = words("axis", self.width - self.right, self.height - 5, self.x.name, "end")
        return rows + columns + names + (words("axis", 0, 12, self.y.name) if self.y else "")

    def _row(self, value: float, text: str) -> str:
        y = self.down(value)
        line = rule("grid", (self.left, y), (self.width - self.right, y))
        return line + words("axis", self.left - 6, y + 4, text, "end")

    def _column(self, value: float, text: str) -> str:
        x = self.across(value)
        line = "" if self.y else rule("grid", (x, self.top), (x, self.bottom))
        return line + words("axis", x, self.bottom + 17, text, "middle")


def rows_frame(x: Axis, height: int) -> Frame:
    """The ground of rows that are `height` px tall together, over one scale."""
    return Frame(x, None, WIDTH, height + 30, SIDE, SIDE, top=0, foot=24)


@dataclass(frozen=True)
class Drawing:
    """SVG elements on their ground; the title tells those who do not see them what they show."""

    title: str
    frame: Frame
    marks: str

    def elements(self) -> str:
        """All that is drawn."""
        return self.frame.ground() + self.marks

    def svg(self) -> str:
        """As part of a page."""
        return image(self.title, self.frame.width, self.frame.height, self.elements())


def image(title: str, width: int, height: int, content: str) -> str:
    """SVG on a page, at most `width` px wide; `title` is for those who do not see it."""
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" style="max-width:{width}px" role="img" '
        f'aria-label="{escape(title)}">{content}</svg>'
    )


# The marks: each is one or a few SVG elements; `name` is always a class of the style sheet.


def words(name: str, x: float, y: float, text: str, anchor: str = "start") -> str:
    """Text, escaped; nothing for none."""
    if not text:
        return ""
    return (
        f'<text class="{name}" x="{x:g}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
    )


def tip(x: float, y: float, lines: Sequence[str]) -> str:
    """What a mark shows: lines that end at `x`, the first at `y`."""
    spans = "".join(
        f'<tspan x="{x:.1f}" dy="{LINE if k else 0}">{escape(line)}</tspan>'
        for k, line in enumerate(lines)
    )
    return f'<text class="tip" y="{y:.1f}" text-anchor="end">{spans}</text>'


def rule(name: str, start: tuple[float, float], end: tuple[float, float]) -> str:
    """A straight line."""
    (x1, y1), (x2, y2) = start, end
    return f'<line class="{name}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def circle(name: str, x: float, y: float, radius: float) -> str:
    """A dot."""
    return f'<circle class="{name}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.3g}"/>'


def box(
    name: str, x: float, y: float, width: float, height: float, opacity: float | None = None
) -> str:
    """A rectangle; `opacity` (0..1) may set how much of its colour is seen."""
    shade = "" if opacity is None else f' fill-opacity="{opacity:.2f}"'
    return (
        f'<rect class="{name}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
        f"{shade}/>"
    )


def hovered(marks: str, shown: str) -> str:
    """Marks that show something when they are pointed at."""
    return f'<g class="mark">{marks}{shown}</g>'


def dot(name: str, x: float, y: float, radius: float, shown: str) -> str:
    """A dot that is easy to hit."""
    return hovered(circle("hit", x, y, radius + 5) + circle(name, x, y, radius), shown)


def line(frame: Frame, name: str, xs: Sequence[float], ys: Sequence[float]) -> str:
    """A curve."""
    return f'<polyline class="{name}" points="{_points(frame, xs, ys)}"/>'


def band(
    frame: Frame, name: str, xs: Sequence[float], low: Sequence[float], high: Sequence[float]
) -> str:
    """The intervals of a curve."""
    there, back = _points(frame, xs, low), _points(frame, xs[::-1], high[::-1])
    return f'<polygon class="band {name}" points="{there} {back}"/>'


def _points(frame: Frame, xs: Sequence[float], ys: Sequence[float]) -> str:
    places = (frame.place(x, y) for x, y in zip(xs, ys, strict=True))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
