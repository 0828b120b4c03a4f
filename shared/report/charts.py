"""The plots of both evaluations, on the frame that all drawings share (`shared.report.frame`)."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from shared.report import svg
from shared.report.figures import Figure, number, with_interval

SQUARE = 390  # px of a plot of one share against another, axes included
ROW, APART = 30, 11  # px: a row above its first whisker, and from one whisker to the next
LEFT, TOP, CELL = 118, 62, 46  # px: beside and above the cells of a confusion matrix, and of a cell
Point: TypeAlias = "tuple[float, Figure, str]"
"""Of a curve: its place on the x axis, what was measured there, and what its dot shows."""
Passing: TypeAlias = "tuple[float, float, Sequence[str]]"
"""Of a ROC curve: both shares, and the lines that its dot shows."""


def square(x_name: str, y_name: str) -> tuple[svg.Frame, str]:
    """The ground for one share against another, and the diagonal where both are the same."""
    frame = svg.Frame(svg.unit(x_name), svg.unit(y_name), SQUARE, SQUARE)
    return frame, svg.rule("ideal", frame.place(0, 0), frame.place(1, 1))


def roc(
    title: str,
    axes: tuple[str, str],
    of: Mapping[str, Sequence[Passing]],
    marked: Mapping[str, Passing],
) -> svg.Drawing:
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
        marks += svg.line(frame, name, xs, ys)
        for x, y, lines in points:
            marks += svg.dot(name, *frame.place(x, y), 3, svg.tip(*corner, lines))
    for name, (x, y, lines) in marked.items():
        marks += svg.dot(f"in-use {name}", *frame.place(x, y), 6, svg.tip(*corner, lines))
    return svg.Drawing(title, frame, marks)


def reliability(
    title: str, name: str, bins: Sequence[Mapping[str, float]], counted: str, came_true: str
) -> svg.Drawing:
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
    marks += svg.line(frame, name, [b["confidence"] for b in bins], [b["accuracy"] for b in bins])
    largest = max((b["n"] for b in bins), default=1)
    for b in bins:
        predicted, came = f"predicted {b['confidence']:.2f}", f"{came_true} {b['accuracy']:.2f}"
        radius = 4 + 9 * (b["n"] / largest) ** 0.5  # the area of a dot grows with what it counts
        place = frame.place(b["confidence"], b["accuracy"])
        below = svg.tip(
            frame.width - frame.right,
            frame.bottom - 10,
            [f"{predicted}, {came}, {b['n']:,} {counted}"],
        )
        marks += svg.dot(name, *place, radius, below)
    return svg.Drawing(title, frame, marks)


def curves(frame: svg.Frame, of: Mapping[str, Sequence[Point]]) -> str:
    """Curves with their intervals as bands, and a dot at every value; by class."""
    bands, lines, dots = "", "", ""
    for name, points in of.items():
        xs, values = [x for x, _, _ in points], [f.value for _, f, _ in points]
        low, high = ([f.ends[k] for _, f, _ in points] for k in (0, 1))
        bands += svg.band(frame, name, xs, low, high)
        lines += svg.line(frame, name, xs, values)
        dots += "".join(top_dot(frame, name, x, f.value, shown) for x, f, shown in points)
    return bands + lines + dots


def top_dot(frame: svg.Frame, name: str, x: float, y: float, shown: str) -> str:
    """A dot that shows its words at the top of the drawing."""
    return svg.dot(name, *frame.place(x, y), 5, svg.tip(frame.width - frame.right, 12, [shown]))


def intervals(
    title: str,
    rows: Mapping[str, Mapping[str, Figure]],
    names: Mapping[str, str],
    axis: svg.Axis | None = None,
    ideal: float | None = None,
) -> svg.Drawing:
    """Dots with whiskers: a row for each label, in it a line for each class.

    Args:
        title: what it shows; the values are added to it.
        rows: by label, the figures by class.
        names: of these classes; an empty one is not told.
        axis: the scale; from 0 to 1 when left out.
        ideal: where a dashed line stands.
    """
    height = ROW + APART * len(names)
    frame = svg.rows_frame(axis or svg.unit(), len(rows) * height)
    told = []
    marks = ""
    if ideal is not None:
        x = frame.across(ideal)
        marks = svg.rule("ideal", (x, frame.top), (x, frame.bottom))
    for at, (label, of) in enumerate(rows.items()):
        values = (f"{names[name]} {number(f.value)}".strip() for name, f in of.items())
        told.append(f"{label}: {', '.join(values)}")
        marks += _interval_row(frame, at * height, label, of, names)
    return svg.Drawing(f"{title}. {'; '.join(told)}", frame, marks)


def _interval_row(
    frame: svg.Frame, top: int, label: str, of: Mapping[str, Figure], names: Mapping[str, str]
) -> str:
    marks = svg.words("label", 0, top + 18, label)
    for k, (name, measured) in enumerate(of.items()):
        y = top + ROW + k * APART
        left, right = (frame.across(end) for end in measured.ends)
        whisker = svg.rule(f"whisker {name}", (left, y), (right, y))
        hit = svg.box("hit", 0, y - APART / 2, frame.width, APART)
        shown = f"{names[name]} {with_interval(measured)}".strip()
        spot = svg.circle(name, frame.across(measured.value), y, 5)
        marks += svg.hovered(hit + whisker + spot, svg.tip(frame.width, top + 18, [shown]))
    return f'<g class="pair">{marks}</g>'


def confusion(title: str, labels: Sequence[str], counts: Sequence[Sequence[int]]) -> svg.Drawing:
    """A confusion matrix of counts: a row for each true class, a column for each answer."""
    side, below = (svg.WIDTH - LEFT) / len(labels), TOP + len(labels) * CELL
    marks = svg.words("axis", 0, TOP - 10, "truth") + svg.words("axis", LEFT, 12, "answered")
    for at, (truth, row) in enumerate(zip(labels, counts, strict=True)):
        middle = TOP + (at + 0.5) * CELL + 4
        for up, word in enumerate(reversed(truth.split())):
            y = TOP - 10 - up * svg.LINE
            marks += svg.words("axis", LEFT + (at + 0.5) * side, y, word, "middle")
        marks += svg.words("label", 0, middle, truth)
        for column, (answer, count) in enumerate(zip(labels, row, strict=True)):
            x, share = LEFT + column * side, count / (sum(row) or 1)
            name, opacity = ("right", 0.4 * share) if answer == truth else ("wrong", share)
            shade = svg.box(f"cell {name}", x, TOP + at * CELL, side - 2, CELL - 2, opacity)
            text = svg.words("count", x + side / 2 - 1, middle, f"{count:,}", "middle")
            shown = f"{truth}: {count:,} of {sum(row):,} were answered {answer}, {share:.1%}"
            marks += svg.hovered(shade + text, svg.tip(svg.WIDTH, below + 16, [shown]))
    return svg.Drawing(title, svg.Frame(svg.Axis(0, 1, {}), None, height=below + 24), marks)
