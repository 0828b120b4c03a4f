"""What if one field were another: both answers over the values of a field, as a drawing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from loan_space.wording import NAMES
from shared.loan.fields.application import say
from shared.loan.fields.declared import Field
from shared.loan.models.registry import MODELS
from shared.loan.why.ice_curves import Curve
from shared.page.charts import svg
from shared.wording import percent

WIDTH, HEIGHT, EDGE, FOOT = 460, 260, 40, 34
RIGHT, MARGIN = WIDTH - 12, 36  # end of the scale; room for what lies outside the training data
ROW = 44  # of a choice


def curve_html(field: Field, found: Curve, threshold: float) -> str:
    """The drawing with what it says in a sentence.

    Args:
        field: the field that changes.
        found: both answers over its values.
        threshold: from which a model approves.
    """
    drawn = _lines(field, found, threshold) if field.kind == "number" else _rows(field, found)
    marked = (
        " Where the ground is shaded there was next to no training data: the answer is a guess."
        if field.kind == "number" and found.outside.any()
        else ""
    )
    return (
        f'<figure class="curve">{drawn}<figcaption>{escape(sentence(field, found, threshold))}'
        f"{marked} Thin lines: the average over simulated applicants.</figcaption></figure>"
    )


def sentence(field: Field, found: Curve, threshold: float) -> str:
    """How the answers of both models run over the values."""
    told = []
    for k, model in enumerate(MODELS):
        shares = found.applicant[:, k]
        low, high = int(shares.argmin()), int(shares.argmax())
        changes = (shares >= threshold).any() and (shares < threshold).any()
        told.append(
            f"{NAMES[model]}: from {percent(shares[low])} ({say(field, found.values[low])}) to "
            f"{percent(shares[high])} ({say(field, found.values[high])})"
            + (", so this field alone can turn its answer" if changes else "")
        )
    return "; ".join(told) + "."


def _lines(field: Field, found: Curve, threshold: float) -> str:
    xs = _places(found.values, found.outside)
    shade = _shaded(xs, found.outside)
    ideal = _y(threshold)
    lines = "".join(
        f'<polyline class="{model} {kind}" points="{_points(xs, shares[:, k])}"/>'
        for kind, shares in (("average", found.average), ("own", found.applicant))
        for k, model in enumerate(MODELS)
    )
    own = "" if found.own is None else _own(found.applicant[found.own], float(xs[found.own]))
    title = f"Probability of approval over {field.label.lower()}"
    return svg(
        title,
        WIDTH,
        HEIGHT,
        f'{shade}{_grid()}<line class="ideal" x1="{EDGE}" y1="{ideal:.1f}" x2="{WIDTH}" '
        f'y2="{ideal:.1f}"/>{lines}{own}{_hover(field, found, xs)}{_axis(field, found, xs)}',
    )


def _places(values: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Where values lie: on the form's logarithmic scale, but a narrow margin on either side for
    what lies outside the training data, however far it goes.
    """
    scale, inside = np.log1p(values), np.flatnonzero(~outside)
    if not len(inside):
        return np.linspace(EDGE, RIGHT, len(values))
    first, last = float(scale[inside[0]]), float(scale[inside[-1]])
    left = EDGE + (MARGIN if inside[0] > 0 else 0)
    right = RIGHT - (MARGIN if inside[-1] < len(values) - 1 else 0)
    marks = [float(scale[0]), first, last, float(scale[-1])]
    return np.interp(scale, marks, [EDGE, left, right, RIGHT])


def _y(share: float) -> float:
    return HEIGHT - FOOT - share * (HEIGHT - FOOT - 14)


def _points(xs: np.ndarray, shares: np.ndarray) -> str:
    return " ".join(f"{x:.1f},{_y(s):.1f}" for x, s in zip(xs, shares, strict=True))


def _shaded(xs: np.ndarray, outside: np.ndarray) -> str:
    """A ground behind every stretch of values without training data."""
    parts = []
    for k in np.flatnonzero(outside):
        left = xs[k - 1] if k else xs[k]
        right = xs[k + 1] if k + 1 < len(xs) else xs[k]
        parts.append(
            f'<rect class="outside" x="{(left + xs[k]) / 2:.1f}" y="14" '
            f'width="{(right - left) / 2:.1f}" height="{HEIGHT - FOOT - 14}"/>'
        )
    return "".join(parts)


def _grid() -> str:
    return "".join(
        f'<line class="grid" x1="{EDGE}" y1="{_y(share):.1f}" x2="{WIDTH}" y2="{_y(share):.1f}"/>'
        f'<text class="axis" x="{EDGE - 6}" y="{_y(share) + 4:.1f}" text-anchor="end">{share:.0%}'
        "</text>"
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    )


def _own(shares: np.ndarray, x: float) -> str:
    dots = "".join(
        f'<circle class="{model}" cx="{x:.1f}" cy="{_y(float(share)):.1f}" r="5"/>'
        for model, share in zip(MODELS, shares, strict=True)
    )
    bottom = HEIGHT - FOOT
    return f'<line class="here" x1="{x:.1f}" y1="14" x2="{x:.1f}" y2="{bottom}"/>{dots}'


def _hover(field: Field, found: Curve, xs: np.ndarray) -> str:
    """Strips that tell the numbers of a value when they are pointed at."""
    edges = np.concatenate([xs[:1], (xs[1:] + xs[:-1]) / 2, xs[-1:]])
    return "".join(
        f'<g class="mark"><rect class="hit" x="{edges[k]:.1f}" y="14" '
        f'width="{max(edges[k + 1] - edges[k], 0.5):.1f}" height="{HEIGHT - FOOT - 14}"/>'
        f'<text class="tip" x="{min(max(x, 130), WIDTH - 130):.1f}" y="11" text-anchor="middle">'
        f"{escape(say(field, value))}: {_both(shares)}</text></g>"
        for k, (x, value, shares) in enumerate(zip(xs, found.values, found.applicant, strict=True))
    )


def _axis(field: Field, found: Curve, xs: np.ndarray) -> str:
    inside = np.flatnonzero(~found.outside)
    first, last = (inside[0], inside[-1]) if len(inside) > 1 else (0, len(xs) - 1)
    middle = int(np.abs(xs - (xs[first] + xs[last]) / 2).argmin())
    ends = ((first, "start"), (middle, "middle"), (last, "end"))
    ticks = "".join(
        f'<text class="axis" x="{xs[k]:.1f}" y="{HEIGHT - 16}" text-anchor="{anchor}">'
        f"{found.values[k]:,.0f}</text>"
        for k, anchor in ends
    )
    unit = f"{escape(field.label)}, {escape(field.unit)}"
    return (
        f'{ticks}<text class="axis" x="{WIDTH / 2}" y="{HEIGHT - 1}" text-anchor="middle">{unit}'
        "</text>"
    )


def _rows(field: Field, found: Curve) -> str:
    height = ROW * len(found.values) + 26
    marks = "".join(_row(field, found, at) for at in range(len(found.values)))
    ticks = "".join(
        f'<line class="grid" x1="{_x(share):.1f}" y1="0" x2="{_x(share):.1f}" y2="{height - 22}"/>'
        f'<text class="axis" x="{_x(share):.1f}" y="{height - 6}" text-anchor="middle">{share:.0%}'
        "</text>"
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    title = f"Probability of approval for each answer to {field.label.lower()}"
    return svg(title, WIDTH, height, ticks + marks)


def _row(field: Field, found: Curve, at: int) -> str:
    y = at * ROW + 32
    own = found.own == at
    marks = "".join(
        f'<line class="{model} average" x1="{_x(average[k]):.1f}" y1="{y - 8}" '
        f'x2="{_x(average[k]):.1f}" y2="{y + 8}"/>'
        f'<circle class="{model}" cx="{_x(shares[k]):.1f}" cy="{y}" r="6"/>'
        for k, model in enumerate(MODELS)
        for average, shares in ((found.average[at], found.applicant[at]),)
    )
    label = say(field, found.values[at]).capitalize() + (" (as it is)" if own else "")
    return (
        f'<g class="mark"><rect class="hit" x="0" y="{y - 30}" width="{WIDTH}" height="{ROW}"/>'
        f'<text class="label" x="0" y="{y - 13}">{escape(label)}</text>{marks}'
        f'<text class="tip" x="{WIDTH}" y="{y - 13}" text-anchor="end">'
        f"{_both(found.applicant[at])}</text></g>"
    )


def _x(share: float) -> float:
    return 14 + float(share) * (WIDTH - 28)


def _both(shares: Sequence[float] | np.ndarray) -> str:
    return f"ML {percent(shares[0])}, ANN {percent(shares[1])}"
