"""The sections of "How good is it?" on training: more data, what helped, and a mistake."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from loan_space.quality_charts import HEIGHT, Frame, band, legend, line, pairs_plot, point
from loan_space.quality_words import IN_TEXT, METRICS, RULE, WITH_RULE, above_zero, change
from loan_space.wording import NAMES
from shared.page.charts import WIDTH, svg
from shared.page.figures import (
    NOT_MEASURED,
    Figure,
    figure,
    interval,
    number,
    table,
    with_interval,
    words,
)
from shared.wording import listed

CURVES = ("auc", "brier")
FORESTS = {"clean": "Split first", "mistake": "Copied before the split"}
STARTS = (0.8, 0.6, 0.2, 0.0)  # of a scale up to 1, so that its quarters are round
PARTS = {"clean": "split_first", "mistake": "copied_before_the_split"}  # in the record
Rows = Sequence[Mapping[str, Any]]


def learning(section: Rows, performance: Mapping[str, Any]) -> str:
    """What the models reach with fewer applications to learn from, beside the rule."""
    note = (
        "<p>The same models, made from a part of the applications. A curve that still climbs at "
        "its end says that more data would help; a flat one that it would not. "
        f"{_more_data(section)}</p>"
    )
    rule = performance.get("rule") or {}
    plots = "".join(_curve(section, metric, figure(rule.get(metric))) for metric in CURVES)
    return f'{note}{legend(WITH_RULE if rule else NAMES)}<div class="beside two">{plots}</div>'


def _curve(section: Rows, metric: str, rule: Figure | None) -> str:
    """A metric of both models over the number of training rows, on a logarithmic scale."""
    label = METRICS[metric].label
    curves: dict[str, list[tuple[int, Figure]]] = {}
    for model in NAMES:
        points = [(each["rows"], figure((each.get(model) or {}).get(metric))) for each in section]
        curves[model] = [(rows, f) for rows, f in points if f]
    ends = [
        bound
        for points in curves.values()
        for _, f in points
        for bound in (f.value, f.low, f.high)
        if bound is not None
    ]
    if not ends:
        return ""
    ends += [rule.value] if rule else []
    sizes = {math.log2(each["rows"]): f"{each['rows']:,}" for each in section}
    room = (max(ends) - min(ends) or 0.1) * 0.06
    across = (min(sizes) - 0.15, max(sizes) + 0.15)
    frame = Frame(across, (min(ends) - room, max(ends) + room))
    drawn = "".join(_of_model(frame, model, points) for model, points in curves.items())
    last = ", ".join(f"{NAMES[m]} {number(p[-1][1].value)}" for m, p in curves.items() if p)
    title = f"{label} by number of applications to learn from; with all of them: {last}"
    ground = frame.grid(sizes, "applications to learn from", "")
    ground += line(frame, "rule", across, (rule.value, rule.value)) if rule else ""
    return f"<div><h4>{label}</h4>{svg(title, WIDTH, HEIGHT, ground + drawn)}</div>"


def _of_model(frame: Frame, model: str, points: list[tuple[int, Figure]]) -> str:
    xs, values = [math.log2(rows) for rows, _ in points], [f.value for _, f in points]
    low = [f.value if f.low is None else f.low for _, f in points]
    high = [f.value if f.high is None else f.high for _, f in points]
    dots = "".join(
        point(frame, model, x, f.value,
              f"{NAMES[model]}, {rows:,}: {number(f.value)} ({interval(f)})")
        for x, (rows, f) in zip(xs, points, strict=True)
    )  # fmt: skip
    return band(frame, model, xs, low, high) + line(frame, model, xs, values) + dots


def _more_data(section: Rows) -> str:
    """The last step of each curve, in words."""
    if len(section) < 2:
        return ""
    before, last = section[-2:]
    told = []
    for model in NAMES:
        pair = [figure((each.get(model) or {}).get("auc")) for each in (before, last)]
        if pair[0] and pair[1]:
            told.append(f"{number(pair[0].value)} to {number(pair[1].value)} ({IN_TEXT[model]})")
    if not told:
        return ""
    return (
        f"From {before['rows']:,} to {last['rows']:,} applications the AUC goes from "
        f"{listed(told, 'and from')}; the bands say how much of that could be luck."
    )


def compare(section: Mapping[str, Any], performance: Mapping[str, Any]) -> str:
    """Everything that was tried, beside the rule, and the mistake that looks like a success."""
    parts = [
        "<p>Everything that was tried, each as it is, without choosing or calibrating; a name with "
        "a plus adds to the row above. The last column says how much of the log loss each saves "
        "over the row above: above 0 it helps, and where the interval holds 0 that may be luck."
        "</p>"
    ]
    rule = performance.get("rule") or {}
    for model, head in NAMES.items():
        rows = section.get(model) or []
        shown = [{"name": RULE, **rule}, *rows] if rule else rows
        parts.append(_compared(head, shown) if rows else f"<h4>{head}</h4>{NOT_MEASURED}")
    mistake = section.get("mistake") or {}
    forests = mistake.get("forests") or []
    parts.append("<h4>A mistake that looks like a success</h4>")
    parts.append(_mistake(str(mistake.get("label") or ""), forests) if forests else NOT_MEASURED)
    return "".join(parts)


def _compared(head: str, rows: Rows) -> str:
    body = "".join(
        f'<tr><th scope="row">{escape(words(str(row["name"])))}</th>'
        + "".join(f"<td>{with_interval(figure(row.get(m)))}</td>" for m in (*CURVES, "log_loss"))
        + f'<td class="words">{_saved(figure(row.get("log_loss_saved")))}</td></tr>'
        for row in rows
    )
    labels = (METRICS[name].label for name in (*CURVES, "log_loss"))
    return table(f"{head}: what was tried", ("What", *labels, "Log loss saved"), body)


def _saved(measured: Figure | None) -> str:
    if measured is None:
        return ""
    word = {1: "helps", 0: "may be luck", -1: "harms"}[above_zero(measured)]
    return f"{change(measured)} {word}"


def _mistake(label: str, forests: Rows) -> str:
    rows: dict[str, dict[str, Figure]] = {}
    for metric in ("auc", "accuracy"):
        for forest in forests:
            found = {name: figure((forest.get(PARTS[name]) or {}).get(metric)) for name in PARTS}
            measured = {name: f for name, f in found.items() if f}
            if measured:
                rows[f"{METRICS[metric].label}, {forest['name']}"] = measured
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td>{with_interval(of.get(part))}</td>" for part in FORESTS)
        + "</tr>"
        for name, of in rows.items()
    )
    ends = [end for of in rows.values() for f in of.values() for end in (f.value, f.low or f.value)]
    start = next(start for start in STARTS if start <= min(ends))
    plot = pairs_plot("The same forest, split first and split last", rows, FORESTS, start, 1)
    return f"<p>{escape(label)} {_seems(forests)}</p>{legend(FORESTS)}{plot}" + table(
        "The same forest twice", ("Figure", *FORESTS.values()), body
    )


def _seems(forests: Rows) -> str:
    """What the mistake seems to bring, where it brings most."""
    pairs = [
        (clean.value, wrong.value)
        for forest in forests
        if (clean := figure((forest.get(PARTS["clean"]) or {}).get("auc")))
        and (wrong := figure((forest.get(PARTS["mistake"]) or {}).get("auc")))
    ]
    if not pairs:
        return ""
    honest, seeming = max(pairs, key=lambda pair: pair[1] - pair[0])
    return (
        f"A forest with an AUC of {number(honest)} then seems to have {number(seeming)}, and is no "
        "better for anybody new."
    )
