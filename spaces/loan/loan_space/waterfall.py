"""Why, as a drawing: how each field moves both answers, from the average applicant to this one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from loan_space.schema import Contribution, Explanation
from loan_space.wording import NAMES, signed
from shared.loan.models.registry import MODELS
from shared.page.charts import svg
from shared.wording import percent

WIDTH, SIDE = 460, 14  # little more than a phone's, so that words stay legible there
ROW, BAR, FIRST = 52, 10, 46  # heights, of a row, of a bar, and above the first row
LEAST = 0.005  # rows below that for both models are told together
GAP = 1.5  # between the two bars of a row


@dataclass(frozen=True)
class Step:
    """A row: where each model's probability stood before it, and after."""

    label: str
    before: tuple[float, float]
    after: tuple[float, float]


def waterfall_html(explained: Explanation) -> str:
    """Both waterfalls on one axis, the reasons in sentences, and the numbers as a table."""
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in explained["reasons"])
    return (
        '<section class="why evidence" aria-labelledby="why-title"><h3 id="why-title">Why</h3>'
        f'<ul class="reasons">{reasons}</ul>'
        f'<p class="verdict">{escape(explained["difference_text"])}</p>'
        f"{_legend()}{drawing(explained)}{_numbers(explained)}</section>"
    )


def steps(explained: Explanation) -> list[Step]:
    """The rows, those that move most first; what is too small to see is one last row."""
    rows = sorted(explained["contributions"], key=lambda c: -max(abs(c["ml"]), abs(c["ann"])))
    shown = [row for row in rows if max(abs(row["ml"]), abs(row["ann"])) >= LEAST]
    base = explained["base"]
    place = (base["ml"], base["ann"])
    found = []
    for row in shown:
        after = (place[0] + row["ml"], place[1] + row["ann"])
        found.append(Step(f"{row['label']}: {row['value']}", place, after))
        place = after
    ends = tuple(explained["models"][model]["probability"] for model in MODELS)
    if len(shown) < len(rows):
        found.append(Step("All other fields", place, (ends[0], ends[1])))
    return found


def drawing(explained: Explanation) -> str:
    """The SVG: two bars a row, from the average applicant's probability to this one's."""
    rows = steps(explained)
    height = FIRST + ROW * (len(rows) + 1) + 24
    marks = "".join(_row(at, step) for at, step in enumerate(rows))
    ticks = "".join(_tick(share / 4, height) for share in range(5))
    base, models = explained["base"], explained["models"]
    start = _ends("An average applicant", 0, (base["ml"], base["ann"]))
    ends = (models["ml"]["probability"], models["ann"]["probability"])
    end = _ends("This applicant", FIRST + ROW * len(rows) + 4, ends)
    title = (
        f"Waterfall of both models: from {percent(base['ml'])} and {percent(base['ann'])} for an "
        f"average applicant to {percent(ends[0])} and {percent(ends[1])} for this one."
    )
    return svg(title, WIDTH, height, ticks + start + marks + end)


def _row(at: int, step: Step) -> str:
    top = FIRST + at * ROW
    changes = [after - before for before, after in zip(step.before, step.after, strict=True)]
    bars = "".join(
        _bar(model, top + 20 + k * (BAR + GAP), step.before[k], step.after[k])
        for k, model in enumerate(MODELS)
    )
    told = (
        f'<tspan class="ml">{signed(changes[0])}</tspan>  <tspan class="ann">{signed(changes[1])}'
    )
    return (
        f'<g><text class="label" x="0" y="{top + 13}">{escape(step.label)}</text>'
        f'<text class="label change" x="{WIDTH}" y="{top + 13}" text-anchor="end">{told}</tspan>'
        f"</text>{bars}</g>"
    )


def _bar(model: str, y: float, before: float, after: float) -> str:
    left, right = sorted((_along(before), _along(after)))
    way = "up" if after >= before else "down"
    return (
        f'<rect class="{model} {way}" x="{left:.1f}" y="{y:.1f}" rx="2" '
        f'width="{max(right - left, 1.5):.1f}" height="{BAR}"/>'
    )


def _ends(label: str, top: float, shares: Sequence[float]) -> str:
    dots = "".join(
        f'<circle class="{model}" cx="{_along(share):.1f}" cy="{top + 25 + k * (BAR + GAP):.1f}" '
        'r="5"/>'
        for k, (model, share) in enumerate(zip(MODELS, shares, strict=True))
    )
    told = (
        f'<tspan class="ml">{percent(shares[0])}</tspan>  <tspan class="ann">{percent(shares[1])}'
        "</tspan>"
    )
    return (
        f'<g class="ends"><text class="label" x="0" y="{top + 13}">{label}</text>'
        f'<text class="label change" x="{WIDTH}" y="{top + 13}" text-anchor="end">{told}</text>'
        f"{dots}</g>"
    )


def _along(share: float) -> float:
    return SIDE + share * (WIDTH - 2 * SIDE)


def _tick(share: float, height: int) -> str:
    x = _along(share)
    return (
        f'<line class="grid" x1="{x:.1f}" y1="18" x2="{x:.1f}" y2="{height - 20}"/>'
        f'<text class="axis" x="{x:.1f}" y="{height - 5}" text-anchor="middle">{share:.0%}</text>'
    )


def _legend() -> str:
    items = "".join(f'<li class="{model}">{NAMES[model]}</li>' for model in MODELS)
    return f'<ul class="legend">{items}</ul>'


def _numbers(explained: Explanation) -> str:
    body = "".join(_number_row(row) for row in explained["contributions"])
    return (
        '<details><summary>The numbers</summary><div class="scroll" tabindex="0" role="region" '
        'aria-label="What each field adds"><table><caption>Exact Shapley values, in points of '
        "probability; with the average they add up to the answer</caption><thead><tr>"
        '<th scope="col">Field</th><th scope="col">Here</th><th scope="col">Machine learning</th>'
        f'<th scope="col">Neural network</th></tr></thead><tbody>{body}</tbody></table></div>'
        "</details>"
    )


def _number_row(row: Contribution) -> str:
    return (
        f'<tr><th scope="row">{escape(row["label"])}</th><td>{escape(row["value"])}</td>'
        f"<td>{row['ml'] * 100:+.2f}</td><td>{row['ann'] * 100:+.2f}</td></tr>"
    )
