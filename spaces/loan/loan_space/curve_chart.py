"""What if one field were another: both answers over the values of a field, as a drawing."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise

import numpy as np

from loan_space.wording import NAMES
from shared.loan.fields.application import say
from shared.loan.fields.declared import Field
from shared.loan.models.registry import MODELS, REGISTRY
from shared.loan.why.ice_curves import Curve
from shared.report import svg
from shared.wording import percent

MARGIN = 0.09  # of the scale, on either side, for what lies outside the training data
ROW = 44  # px of a choice


def curve_html(field: Field, curve: Curve, threshold: float) -> str:
    """Both answers over the values of a field: the drawing with what it says in a sentence."""
    is_number = field.kind == "number"
    drawing = number_drawing(field, curve, threshold) if is_number else choice_drawing(field, curve)
    marked = (
        " Where the ground is shaded there was next to no training data: the answer is a guess."
        if is_number and curve.outside.any()
        else ""
    )
    told = escape(sentence(field, curve, threshold))
    return (
        f'<figure class="curve">{drawing.svg()}<figcaption>{told}{marked} Thin lines: the average '
        "over simulated applicants.</figcaption></figure>"
    )


def sentence(field: Field, curve: Curve, threshold: float) -> str:
    """How the answers of both models run over the values."""
    told = []
    for k, model in enumerate(MODELS):
        probabilities = curve.applicant[:, k]
        low, high = int(probabilities.argmin()), int(probabilities.argmax())
        changes = (probabilities >= threshold).any() and (probabilities < threshold).any()
        told.append(
            f"{NAMES[model]}: from {percent(probabilities[low])} ({say(field, curve.values[low])}) "
            f"to {percent(probabilities[high])} ({say(field, curve.values[high])})"
            + (", so this field alone can turn its answer" if changes else "")
        )
    return "; ".join(told) + "."


def number_drawing(field: Field, curve: Curve, threshold: float) -> svg.Drawing:
    """Both answers as curves over a number."""
    places = scale(curve.values, curve.outside)
    axis = svg.Axis(0, 1, _ticks(curve, places), f"{field.label}, {field.unit}")
    frame = svg.Frame(axis, svg.percents())
    marks = _outside(frame, places, curve.outside)
    ends = ((frame.left, frame.down(threshold)), (frame.width, frame.down(threshold)))
    marks += svg.rule("ideal", *ends)
    for kind, probabilities in (("average", curve.average), ("own", curve.applicant)):
        for k, model in enumerate(MODELS):
            marks += svg.line(frame, f"{model} {kind}", places, probabilities[:, k].tolist())
    if curve.own is not None:
        marks += _own(frame, places[curve.own], curve.applicant[curve.own])
    title = f"Probability of approval over {field.label.lower()}"
    return svg.Drawing(title, frame, marks + _hovered(field, frame, curve, places))


def scale(values: np.ndarray, outside: np.ndarray) -> list[float]:
    """Where values lie on the axis, 0..1: on the form's logarithmic scale, but with a narrow margin
    on either side for what lies outside the training data, however far it goes.
    """
    logs, inside = np.log1p(values), np.flatnonzero(~outside)
    if not len(inside):
        return np.linspace(0, 1, len(values)).tolist()
    first, last = inside[0], inside[-1]
    left = MARGIN if first > 0 else 0.0
    right = 1 - (MARGIN if last < len(values) - 1 else 0.0)
    marks = [float(log) for log in (logs[0], logs[first], logs[last], logs[-1])]
    return np.interp(logs, marks, [0.0, left, right, 1.0]).tolist()


def _ticks(curve: Curve, places: Sequence[float]) -> dict[float, str]:
    """The first and the last value with training data, and one between them."""
    inside = np.flatnonzero(~curve.outside)
    first, last = (inside[0], inside[-1]) if len(inside) > 1 else (0, len(places) - 1)
    middle = int(np.abs(np.array(places) - (places[first] + places[last]) / 2).argmin())
    return {places[k]: f"{curve.values[k]:,.0f}" for k in (first, middle, last)}


def _outside(frame: svg.Frame, places: Sequence[float], outside: np.ndarray) -> str:
    """A ground behind every stretch of values without training data."""
    edges = _edges(places)
    shaded = ""
    for k in np.flatnonzero(outside):
        left, right = frame.across(edges[k]), frame.across(edges[k + 1])
        shaded += svg.box("outside", left, frame.top, right - left, frame.bottom - frame.top)
    return shaded


def _edges(places: Sequence[float]) -> list[float]:
    """The ends of a strip around each place, halfway to the next."""
    between = [(a + b) / 2 for a, b in pairwise(places)]
    return [places[0], *between, places[-1]]


def _own(frame: svg.Frame, place: float, probabilities: np.ndarray) -> str:
    x = frame.across(place)
    dots = "".join(
        svg.circle(model, x, frame.down(float(probability)), 5)
        for model, probability in zip(MODELS, probabilities, strict=True)
    )
    return svg.rule("here", (x, frame.top), (x, frame.bottom)) + dots


def _hovered(field: Field, frame: svg.Frame, curve: Curve, places: Sequence[float]) -> str:
    """Strips that tell the numbers of a value when they are pointed at."""
    edges, strips = _edges(places), ""
    for k, value in enumerate(curve.values):
        left, right = frame.across(edges[k]), frame.across(edges[k + 1])
        hit = svg.box("hit", left, frame.top, max(right - left, 0.5), frame.bottom - frame.top)
        told = f"{say(field, value)}: {_both(curve.applicant[k])}"
        strips += svg.hovered(hit, svg.tip(frame.width - frame.right, 12, [told]))
    return strips


def choice_drawing(field: Field, curve: Curve) -> svg.Drawing:
    """Both answers to each choice, a row each."""
    frame = svg.rows_frame(svg.percents(), ROW * len(curve.values))
    marks = "".join(_choice(field, frame, curve, at) for at in range(len(curve.values)))
    return svg.Drawing(
        f"Probability of approval for each answer to {field.label.lower()}", frame, marks
    )


def _choice(field: Field, frame: svg.Frame, curve: Curve, at: int) -> str:
    y = at * ROW + 32
    label = say(field, curve.values[at]).capitalize() + (" (as it is)" if curve.own == at else "")
    marks = svg.box("hit", 0, y - 30, frame.width, ROW) + svg.words("label", 0, y - 13, label)
    for k, model in enumerate(MODELS):
        average = frame.across(float(curve.average[at, k]))
        marks += svg.rule(f"{model} average", (average, y - 8), (average, y + 8))
        marks += svg.circle(model, frame.across(float(curve.applicant[at, k])), y, 6)
    return svg.hovered(marks, svg.tip(frame.width, y - 13, [_both(curve.applicant[at])]))


def _both(probabilities: np.ndarray) -> str:
    return ", ".join(
        f"{model.short} {percent(probability)}"
        for model, probability in zip(REGISTRY, probabilities, strict=True)
    )
