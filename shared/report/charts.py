"""The plots of both evaluations, on the frame that all drawings share (`shared.report.frame`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from shared.report.figures import Figure, number, with_interval
from shared.report.frame import (
    LINE,
    WIDTH,
    Axis,
    Drawing,
    Frame,
    band,
    box,
    circle,
    dot,
    hovered,
    line,
    rows_frame,
    rule,
    tip,
    unit,
    words,
)

SQUARE = 390  # px of a plot of one share against another, axes included
ROW, APART = 30, 11  # px: a row above its first whisker, and from one whisker to the next
LEFT, TOP, CELL = 118, 62, 46  # px: beside and above the cells of a confusion matrix, and of a cell
Point: TypeAlias = "tuple[float, Figure, str]"
"""Of a curve: its place on the x axis, what was measured there, and what its dot shows."""
Passing: TypeAlias = "tuple[float, float, Sequence[str]]"
"""Of a ROC curve: both shares, and the lines that its dot shows."""


def square(x_name: str, y_name: str) -> tuple[Frame, str]:
    """The ground for one share against another, and the diagonal where both are the same."""
    frame = Frame(unit(x_name), unit(y_name), SQUARE, SQUARE)
    return frame, rule("ideal", frame.place(0, 0), frame.place(1, 1))


def roc(
    title: str,
    axes: tuple[str, str],
    of: Mapping[str, Sequence[Passing]],
    marked: Mapping[str, Passing],
) -> Drawing:
    """ROC curves: which share of one class passes, against which share of the other.

    Args:
        title: what it shows, for those who do not see it.
        axes: the names of both.
        of: by class, the points of a curve.
        marked: by class, a point that stands out.
    """
    frame, marks = square(*axes)
    corner = (frame.width - frame.right, frame.down(0.2))  # below the diagonal, where no curve runs
    for name, points in of.items():
        xs, ys = [0.0, *(p[0] for p in points), 1.0], [0.0, *(p[1] for p in points), 1.0]
        marks += line(frame, name, xs, ys)
        marks += "".join(dot(name, *frame.place(x, y), 3, tip(*corner, t)) for x, y, t in points)
    for name, (x, y, lines) in marked.items():
        marks += dot(f"in-use {name}", *frame.place(x, y), 6, tip(*corner, lines))
    return Drawing(title, frame, marks)


def reliability(
    title: str, name: str, bins: Sequence[Mapping[str, float]], counted: str, came_true: str
) -> Drawing:
    """How often it came true against the predicted probability; on the diagonal they agree.

    Args:
        title: what it shows, for those who do not see it.
        name: class of the curve.
        bins: with `confidence` (mean predicted probability) and `accuracy` (share that came true),
            both 0..1, and `n`, above 0.
        counted: what is counted, as a plural: "slices".
        came_true: in a word, what the probability is of: "right", "granted".
    """
    frame, marks = square("predicted probability", f"share that was {came_true}")
    marks += line(frame, name, [b["confidence"] for b in bins], [b["accuracy"] for b in bins])
    largest = max((b["n"] for b in bins), default=1)
    for b in bins:
        said, came = f"predicted {b['confidence']:.2f}", f"{came_true} {b['accuracy']:.2f}"
        radius = 4 + 9 * (b["n"] / largest) ** 0.5  # the area of a dot grows with what it counts
        place = frame.place(b["confidence"], b["accuracy"])
        below = tip(
            frame.width - frame.right, frame.bottom - 10, [f"{said}, {came}, {b['n']:,} {counted}"]
        )
        marks += dot(name, *place, radius, below)
    return Drawing(title, frame, marks)


def curves(frame: Frame, of: Mapping[str, Sequence[Point]]) -> str:
    """Curves with their intervals as bands, and a dot at every value; by class."""
    bands, lines, dots = "", "", ""
    for name, points in of.items():
        xs, values = [x for x, _, _ in points], [f.value for _, f, _ in points]
        low, high = ([f.ends[k] for _, f, _ in points] for k in (0, 1))
        bands += band(frame, name, xs, low, high)
        lines += line(frame, name, xs, values)
        dots += "".join(top_dot(frame, name, x, f.value, shown) for x, f, shown in points)
    return bands + lines + dots


def top_dot(frame: Frame, name: str, x: float, y: float, shown: str) -> str:
    """A dot that shows its words at the top of the drawing."""
    return dot(name, *frame.place(x, y), 5, tip(frame.width - frame.right, 12, [shown]))


def intervals(
    title: str,
    rows: Mapping[str, Mapping[str, Figure]],
    names: Mapping[str, str],
    axis: Axis | None = None,
    ideal: float | None = None,
) -> Drawing:
    """Dots with whiskers: a row for each label, in it a line for each class.

    Args:
        title: what it shows; the values are added to it.
        rows: by label, the figures by class.
        names: of these classes; an empty one is not told.
        axis: the scale; from 0 to 1 when left out.
        ideal: where a dashed line stands.
    """
    height = ROW + APART * len(names)
    frame = rows_frame(axis or unit(), len(rows), height)
    told = []
    marks = ""
    if ideal is not None:
        x = frame.across(ideal)
        marks = rule("ideal", (x, frame.top), (x, frame.bottom))
    for at, (label, of) in enumerate(rows.items()):
        values = (f"{names[name]} {number(f.value)}".strip() for name, f in of.items())
        told.append(f"{label}: {', '.join(values)}")
        marks += _interval_row(frame, at * height, label, of, names)
    return Drawing(f"{title}. {'; '.join(told)}", frame, marks)


def _interval_row(
    frame: Frame, top: int, label: str, of: Mapping[str, Figure], names: Mapping[str, str]
) -> str:
    marks = words("label", 0, top + 18, label)
    for k, (name, measured) in enumerate(of.items()):
        y = top + ROW + k * APART
        left, right = (frame.across(end) for end in measured.ends)
        whisker = rule(f"whisker {name}", (left, y), (right, y))
        hit = box("hit", 0, y - APART / 2, frame.width, APART)
        shown = f"{names[name]} {with_interval(measured)}".strip()
        spot = circle(name, frame.across(measured.value), y, 5)
        marks += hovered(hit + whisker + spot, tip(frame.width, top + 18, [shown]))
    return f'<g class="pair">{marks}</g>'


def confusion(title: str, labels: Sequence[str], counts: Sequence[Sequence[int]]) -> Drawing:
    """A confusion matrix: a row for each true class, a column for each answer.

    Args:
        title: what it shows, for those who do not see it.
        labels: of the classes.
        counts: by true class, then by answer.
    """
    side = (WIDTH - LEFT) / len(labels)
    marks = words("axis", 0, TOP - 10, "truth") + words("axis", LEFT, 12, "answered")
    for at, (truth, row) in enumerate(zip(labels, counts, strict=True)):
        middle = TOP + (at + 0.5) * CELL + 4
        for up, word in enumerate(reversed(truth.split())):
            y = TOP - 10 - up * LINE
            marks += words("label", LEFT + (at + 0.5) * side, y, word, "middle")
        marks += words("label", 0, middle, truth)
        for column, (answer, count) in enumerate(zip(labels, row, strict=True)):
            x, share = LEFT + column * side, count / (sum(row) or 1)
            name, opacity = ("right", 0.4 * share) if answer == truth else ("wrong", share)
            shade = box(f"cell {name}", x, TOP + at * CELL, side - 2, CELL - 2, opacity)
            text = words("count", x + side / 2 - 1, middle, f"{count:,}", "middle")
            shown = f"{count:,} of {sum(row):,} of {truth} were answered {answer}: {share:.1%}"
            marks += hovered(shade + text, tip(WIDTH, TOP + len(labels) * CELL + 16, [shown]))
    return Drawing(title, Frame(Axis(0, 1, {}), None, height=TOP + len(labels) * CELL + 24), marks)
