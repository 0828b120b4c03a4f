"""The sections of "How good is it?" on probabilities: their order (ROC), and what they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from loan_space.quality_charts import legend, mark
from loan_space.quality_words import ALL, COUNTED, IN_TEXT, WITH_RULE, counted_percent, of_models
from loan_space.wording import NAMES
from shared.page.charts import Bin, place, reliability, square
from shared.page.figures import figure, number, table

LINE = 17  # height of a line of what a point tells
Curves = Mapping[str, Mapping[str, Any]]
Point = Mapping[str, float]  # threshold, and the shares "true" and "false" that it approves


def roc(section: Curves, performance: Curves, in_use: Mapping[str, Point]) -> str:
    """Both ROC curves with the rule, and their points as a table.

    Args:
        section, performance: as recorded.
        in_use: where the rule and the models lie at the threshold in use.
    """
    curves = {model: points for model in NAMES if (points := _part(section, model, "roc"))}
    drawn = "".join(_curve(model, points) for model, points in curves.items()) + "".join(
        mark(f"in-use {model}", *place(each["false"], each["true"]), 6, _tip(model, each))
        for model, each in in_use.items()
    )
    areas = {m: number(f.value) for m in curves if (f := _figure(performance, m, "auc"))}
    title = "ROC curves" + (f": the area under them is {of_models(areas)}" if areas else "")
    note = (
        "<p>Whoever wants to approve more of the good applicants also approves more of the others. "
        "Each point is a threshold; the nearer a curve comes to the upper left corner, the better "
        "the model tells the two apart. On the dashed line it would be guessing. "
        + (f"The area under the curve (AUC) is {of_models(areas)}." if areas else "")
        + (" Large marks: the rule, and the models at the threshold in use." if in_use else "")
        + "</p>"
    )
    plot = square(
        title, "share of the refused that is approved", "share of the granted that is approved",
        drawn,
    )  # fmt: skip
    return f"{note}{legend(WITH_RULE if in_use else NAMES)}{plot}{_roc_numbers(curves, in_use)}"


def _curve(model: str, points: Sequence[Point]) -> str:
    places = [place(each["false"], each["true"]) for each in points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(0, 0), *places, place(1, 1)))
    dots = "".join(
        mark(model, x, y, 3, _tip(model, each)) for (x, y), each in zip(places, points, strict=True)
    )
    return f'<polyline class="{model}" points="{line}"/>{dots}'


def _tip(model: str, each: Point) -> str:
    """What a point tells, where no curve runs: below the diagonal."""
    x, y = place(1, 0.2)
    lines = (
        ALL[model] + _from(model, each, ", from {} on"),
        f"approves {counted_percent(each['true'])} of the granted",
        f"and {counted_percent(each['false'])} of the refused",
    )
    spans = "".join(
        f'<tspan x="{x:.0f}" y="{y + k * LINE:.0f}">{words}</tspan>'
        for k, words in enumerate(lines)
    )
    return f'<text class="tip" text-anchor="end">{spans}</text>'


def _from(model: str, each: Point, words: str) -> str:
    """From which probability on a model approves; the rule knows none."""
    return "" if model == "rule" else words.format(counted_percent(each["threshold"]))


def _roc_numbers(curves: Mapping[str, Sequence[Point]], in_use: Mapping[str, Point]) -> str:
    rule = {"rule": [in_use["rule"]]} if "rule" in in_use else {}
    body = "".join(
        f"<tr><td>{ALL[model]}</td><td>{_from(model, each, '{}')}</td>"
        f"<td>{counted_percent(each['true'])}</td><td>{counted_percent(each['false'])}</td></tr>"
        for model, points in {**rule, **curves}.items()
        for each in points
    )
    heads = ("Model", "Approve from", "Of the granted", "Of the refused")
    return _folded(table("Shares that are approved, by threshold", heads, body))


def calibration(section: Curves, performance: Curves) -> str:
    """Both reliability curves beside each other."""
    bins = {
        model: [Bin(b["confidence"], b["accuracy"], b["n"]) for b in found if b.get("n")]
        for model in NAMES
        if (found := _part(section, model, "bins"))
    }
    off = {m: number(f.value) for m in bins if (f := _figure(performance, m, "calibration_error"))}
    note = (
        "<p>On the dashed line a probability means what it says: of those who are given 80 %, 80 "
        "in 100 were granted a loan. Below it a model promises too much, above it too little; the "
        "larger a dot, the more applicants. "
        + (f"On average they are off by {of_models(off)}." if off else "")
        + "</p>"
    )
    plots = "".join(
        f'<figure class="of-{model}"><figcaption>{NAMES[model]}</figcaption>'
        + reliability(_calibration_title(model, off), of_model, COUNTED, "granted")
        + "</figure>"
        for model, of_model in bins.items()
    )
    return f'{note}<div class="beside two">{plots}</div>{_bin_numbers(bins)}'


def _calibration_title(model: str, off: Mapping[str, str]) -> str:
    title = f"Share that was granted against the probability said by {IN_TEXT[model]}"
    return title + (f", on average {off[model]} apart" if model in off else "")


def _bin_numbers(bins: Mapping[str, Sequence[Bin]]) -> str:
    body = "".join(
        f"<tr><td>{NAMES[model]}</td><td>{b.confidence:.3f}</td><td>{b.accuracy:.3f}</td>"
        f"<td>{b.n:,}</td></tr>"
        for model, of_model in bins.items()
        for b in of_model
    )
    heads = ("Model", "Said probability", "Share granted", escape(COUNTED.capitalize()))
    return _folded(table("Reliability in numbers", heads, body))


def _folded(content: str) -> str:
    return f"<details><summary>In numbers</summary>{content}</details>"


def _part(section: Curves, model: str, name: str) -> list[Any]:
    return (section.get(model) or {}).get(name) or []


def _figure(performance: Curves, model: str, name: str) -> Any:
    return figure((performance.get(model) or {}).get(name))
