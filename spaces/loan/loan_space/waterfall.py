"""Why, as a drawing: how each field moves both answers, from the average applicant to this one."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from loan_space.schema import Explanation
from loan_space.wording import NAMES, signed
from shared.loan.models.registry import MODELS
from shared.report import svg
from shared.report.blocks import Table
from shared.report.html import legend_html, table_html
from shared.wording import percent

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
        f"{legend_html(NAMES)}{drawing(explained).svg()}<details><summary>The numbers</summary>"
        f"{table_html(numbers(explained))}</details></section>"
    )


def steps(explained: Explanation) -> list[Step]:
    """The rows, those that move most first; what is too small to see is one last row."""
    rows = sorted(explained["contributions"], key=lambda c: -max(abs(c["ml"]), abs(c["ann"])))
    shown = [row for row in rows if max(abs(row["ml"]), abs(row["ann"])) >= LEAST]
    base = explained["base"]
    place = (base["ml"], base["ann"])
    moves = []
    for row in shown:
        after = (place[0] + row["ml"], place[1] + row["ann"])
        moves.append(Step(f"{row['label']}: {row['value']}", place, after))
        place = after
    ends = tuple(explained["models"][model]["probability"] for model in MODELS)
    if len(shown) < len(rows):
        moves.append(Step("All other fields", place, (ends[0], ends[1])))
    return moves


def drawing(explained: Explanation) -> svg.Drawing:
    """Two bars a row, from the average applicant's probability to this one's."""
    moves = steps(explained)
    frame = svg.rows_frame(svg.percents(), FIRST + ROW * (len(moves) + 1))
    start = [explained["base"]["ml"], explained["base"]["ann"]]
    end = [explained["models"][model]["probability"] for model in MODELS]
    marks = _ends(frame, 0, "An average applicant", start)
    for at, step in enumerate(moves):
        marks += _row(frame, FIRST + at * ROW, step)
    marks += _ends(frame, FIRST + ROW * len(moves) + 4, "This applicant", end)
    first, last = (" and ".join(map(percent, ends)) for ends in (start, end))
    title = (
        f"Waterfall of both models: from {first} for an average applicant to {last} for this one."
    )
    return svg.Drawing(title, frame, marks)


def _row(frame: svg.Frame, top: int, step: Step) -> str:
    bars, changes = "", []
    for k, model in enumerate(MODELS):
        before, after = step.before[k], step.after[k]
        left, right = sorted((frame.across(before), frame.across(after)))
        name = f"{model} {'up' if after >= before else 'down'}"
        bars += svg.box(name, left, top + 20 + k * (BAR + GAP), max(right - left, 1.5), BAR)
        changes.append(signed(after - before))
    return f"<g>{_told(frame, top + 13, step.label, changes)}{bars}</g>"


def _ends(frame: svg.Frame, top: int, label: str, probabilities: Sequence[float]) -> str:
    dots = "".join(
        svg.circle(model, frame.across(probability), top + 25 + k * (BAR + GAP), 5)
        for k, (model, probability) in enumerate(zip(MODELS, probabilities, strict=True))
    )
    told = _told(frame, top + 13, label, [percent(probability) for probability in probabilities])
    return f'<g class="ends">{told}{dots}</g>'


def _told(frame: svg.Frame, y: int, label: str, values: Sequence[str]) -> str:
    """The words of a row: its label, and at its end what is told of each model in its colour."""
    told = "  ".join(
        f'<tspan class="{model}">{value}</tspan>'
        for model, value in zip(MODELS, values, strict=True)
    )
    return (
        f'<text class="label" x="0" y="{y}">{escape(label)}</text>'
        f'<text class="label change" x="{frame.width}" y="{y}" text-anchor="end">{told}</text>'
    )


def numbers(explained: Explanation) -> Table:
    """What each field adds, in numbers."""
    rows = [
        (row["label"], row["value"], f"{row['ml'] * 100:+.2f}", f"{row['ann'] * 100:+.2f}")
        for row in explained["contributions"]
    ]
    caption = (
        "Exact Shapley values, in points of probability; with the average they add up to the answer"
    )
    return Table(caption, ("Field", "Here", *NAMES.values()), rows)
