"""Plots of two models in their two colours; what a mark shows appears when it is hovered."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from loan_space.wording import MINUS
from shared.page.charts import WIDTH, along, scale, svg
from shared.page.figures import Figure, interval, number

ROW, APART = 50, 11  # heights: of a row, and between its two whiskers
HEIGHT, LEFT, RIGHT, TOP, FOOT = 290, 44, 12, 26, 40  # of a plot with curves


@dataclass(frozen=True)
class Frame:
    """The ground of a plot with curves.

    Attributes:
        x, y: lowest and highest value on either axis.
    """

    x: tuple[float, float]
    y: tuple[float, float]

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a point lies, in px from the upper left corner."""
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - FOOT - up * (HEIGHT - FOOT - TOP)

    def grid(self, ticks: Mapping[float, str], x_name: str, y_name: str) -> str:
        """Axes: `ticks` are places on the x axis with what stands there."""
        rows = "".join(self._row(*each) for each in round_values(*self.y))
        columns = "".join(
            f'<text class="axis" x="{self.place(x, self.y[0])[0]:.1f}" y="{HEIGHT - FOOT + 17}" '
            f'text-anchor="middle">{escape(text)}</text>'
            for x, text in ticks.items()
        )
        return (
            f'{rows}{columns}<text class="axis" x="{WIDTH - RIGHT}" y="{HEIGHT - 5}" '
            f'text-anchor="end">{escape(x_name)}</text>'
            f'<text class="axis" x="0" y="12">{escape(y_name)}</text>'
        )

    def _row(self, value: float, text: str) -> str:
        y = self.place(self.x[0], value)[1]
        return (
            f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>'
            f'<text class="axis" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
        )


def round_values(low: float, high: float) -> list[tuple[float, str]]:
    """Round numbers from `low` to `high`, at most eight of them, and how they are written."""
    rough = (high - low) / 7
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return [
        (step * k, f"{step * k:.{digits}f}".replace("-", MINUS)) for k in range(first, last + 1)
    ]


def line(frame: Frame, name: str, xs: Sequence[float], ys: Sequence[float]) -> str:
    """A curve; `name` is its CSS class."""
    return f'<polyline class="{name}" points="{_points(frame, xs, ys)}"/>'


def band(
    frame: Frame, name: str, xs: Sequence[float], low: Sequence[float], high: Sequence[float]
) -> str:
    """The intervals of a curve."""
    there, back = _points(frame, xs, low), _points(frame, xs[::-1], high[::-1])
    return f'<polygon class="band {name}" points="{there} {back}"/>'


def point(frame: Frame, name: str, x: float, y: float, tip: str) -> str:
    """A dot that says `tip` at the top of the plot when it is hovered."""
    at_x, at_y = frame.place(x, y)
    return mark(name, at_x, at_y, 5, f'<text class="tip" x="{WIDTH - RIGHT}" y="12" '
                f'text-anchor="end">{escape(tip)}</text>')  # fmt: skip


def mark(name: str, x: float, y: float, radius: float, tip: str) -> str:
    """A dot that is easy to hit, and the SVG text that it shows."""
    return (
        f'<g class="mark"><circle class="hit" cx="{x:.1f}" cy="{y:.1f}" r="{radius + 5:g}"/>'
        f'<circle class="{name}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"/>{tip}</g>'
    )


def pairs_plot(
    title: str,
    rows: Mapping[str, Mapping[str, Figure]],
    names: Mapping[str, str],
    low: float,
    high: float,
) -> str:
    """Dots with whiskers, two to a row, on one scale from `low` to `high`.

    Args:
        title: what it shows, for those who do not see it; the values are added to it.
        rows: by label, the figures by their CSS classes.
        names: of these classes.
    """
    height = ROW * len(rows) + 30
    said = "; ".join(
        f"{label}: " + ", ".join(f"{names[name]} {number(f.value)}" for name, f in of.items())
        for label, of in rows.items()
    )
    marks = "".join(
        _pair(at, label, of, names) for at, (label, of) in enumerate(_placed(rows, low, high))
    )
    return svg(f"{title}. {said}", WIDTH, height, scale(low, high, height) + marks)


Placed = Mapping[str, tuple[Figure, float, float, float]]  # a figure, and where it and its ends lie


def _placed(
    rows: Mapping[str, Mapping[str, Figure]], low: float, high: float
) -> list[tuple[str, Placed]]:
    def ends(each: Figure) -> tuple[Figure, float, float, float]:
        bounds = (each.value, *(each.value if v is None else v for v in (each.low, each.high)))
        x, left, right = (along(value, low, high) for value in bounds)
        return each, x, left, right

    return [(label, {name: ends(each) for name, each in of.items()}) for label, of in rows.items()]


def _pair(at: int, label: str, of: Placed, names: Mapping[str, str]) -> str:
    top = at * ROW
    parts = [f'<g class="pair"><text class="label" x="0" y="{top + 18}">{escape(label)}</text>']
    for k, (name, (each, x, left, right)) in enumerate(of.items()):
        y = top + 31 + k * APART
        tip = f"{names[name]} {number(each.value)}" + (
            f" ({interval(each)})" if right > left else ""
        )
        parts.append(
            f'<g class="mark"><rect class="hit" x="0" y="{y - APART / 2}" width="{WIDTH}" '
            f'height="{APART}"/><line class="whisker {name}" x1="{left:.1f}" y1="{y}" '
            f'x2="{right:.1f}" y2="{y}"/><circle class="{name}" cx="{x:.1f}" cy="{y}" r="5"/>'
            f'<text class="tip" x="{WIDTH}" y="{top + 18}" text-anchor="end">{escape(tip)}</text>'
            "</g>"
        )
    return "".join(parts) + "</g>"


def legend(names: Mapping[str, str]) -> str:
    """Which colour is which, by CSS class."""
    items = "".join(f'<li class="{name}">{escape(words)}</li>' for name, words in names.items())
    return f'<ul class="legend">{items}</ul>'


def _points(frame: Frame, xs: Sequence[float], ys: Sequence[float]) -> str:
    places = (frame.place(x, y) for x, y in zip(xs, ys, strict=True))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
