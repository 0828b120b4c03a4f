"""The tab "How good is it?": the recorded evaluation, and a slider through its thresholds.

The evaluation is told by `shared.report.loan`; only its plot of costs is replaced by one that
follows a slider. Everything that the slider can show is written here, by place on the slider; the
script only picks from it.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any

from loan_space import ASSETS
from loan_space.serving import Served
from loan_space.wording import LIMITS, NOT_A_DECISION
from shared.loan.fields.declared import Fields
from shared.loan.models.registry import IN_TEXT, MODELS
from shared.page.html import asset, text
from shared.report import loan, loan_curves, svg
from shared.report.blocks import Panel, Text
from shared.report.figures import Figure, counted_percent, signed
from shared.report.html import blocks_html, legend_html, panel_html, sections_html
from shared.report.loan_metrics import WITH_RULE
from shared.wording import first_up

OF = 100  # applicants, when shares are told as counts
INTRODUCTION = (
    "Measured on applicants whom the models had never seen. Each figure stands with its 95 % "
    "interval: between its ends the true value would lie in 95 of 100 such measurements. “Right” "
    "means as the lender decided."
)


def build(served: Served) -> None:
    """Lay out the tab."""
    text(quality_html(served.evaluation, served.fields), js_on_load=asset(ASSETS, "quality.js"))


def quality_html(evaluation: Mapping[str, Any], fields: Fields) -> str:
    """All sections of the recorded evaluation; one that was not measured says so."""
    opening = (Text(INTRODUCTION), Text(LIMITS, lead=NOT_A_DECISION), *loan.opening(evaluation))
    costs = loan_curves.read_costs(evaluation)
    return (
        f'<div class="text quality"><h2>How good is it?</h2>{blocks_html(opening)}'
        + sections_html(
            loan.sections(evaluation, fields), {"profit": explorer_html(costs)} if costs else {}
        )
        + "</div>"
    )


def explorer_html(costs: loan_curves.Costs) -> str:
    """The controls, what they say, and a plot for each cost of a wrong approval."""
    plots = "".join(
        panel_html(
            Panel("", with_hand(costs, loss), loan_curves.best_sentence(costs, loss)),
            f' data-loss="{loss:g}"{" hidden" if k else ""}',
        )
        for k, loss in enumerate(costs.curves)
    )
    data = escape(json.dumps(slots(costs), ensure_ascii=False, separators=(",", ":")))
    return (
        f'<div class="costs" data-slots="{data}"><div>{_controls(costs)}{_says(costs)}'
        f"{legend_html(WITH_RULE)}</div><div>{plots}</div></div>"
    )


def slots(costs: loan_curves.Costs) -> dict[str, list[str]]:
    """What stands in each slot of the sentences, by place on the slider.

    Returns:
        "threshold"; "ml approves", ...: how many are approved; "ml 1", ...: what that earns where
        a wrong approval costs 1.
    """
    written = {"threshold": [counted_percent(share) for share in costs.thresholds]}
    for model in MODELS:
        if counted := loan_curves.approvals(costs, model):
            written[f"{model} approves"] = [_count(*both) for both in counted]
        for loss, of in costs.curves.items():
            if model in of:
                places = range(len(costs.thresholds))
                written[f"{model} {loss:g}"] = [_earns(of[model].at(place)) for place in places]
    return written


def _count(approved: float, wrong: float) -> str:
    return f"{approved * OF:.0f} of {OF} applicants, {abs(wrong) * OF:.0f} of them wrongly"


def _earns(earned: Figure) -> str:
    low, high = earned.ends
    return f"{signed(earned.value, 2)} ({signed(low, 2)} to {signed(high, 2)})"


def _controls(costs: loan_curves.Costs) -> str:
    pills = "".join(
        f'<label><input type="radio" name="quality-loss" value="{loss:g}"'
        f"{'' if k else ' checked'}><span>{loss:g}</span></label>"
        for k, loss in enumerate(costs.curves)
    )
    at = counted_percent(costs.thresholds[costs.start])
    return (
        "<p>Move the threshold and choose the cost.</p>"
        f'<fieldset class="field"><legend>A wrong approval costs</legend><div class="pills">{pills}'
        '</div></fieldset><div class="field"><label for="quality-threshold">Approve from this '
        f'probability on: <output data-slot="threshold">{at}</output></label>'
        f'<input id="quality-threshold" type="range" min="0" max="{len(costs.thresholds) - 1}" '
        f'value="{costs.start}" aria-valuetext="{at}"></div>'
    )


def _says(costs: loan_curves.Costs) -> str:
    """What the threshold at hand does, in a sentence for each model."""
    written, first, told = slots(costs), next(iter(costs.curves)), ""
    for model in MODELS:
        if (earns := f"{model} {first:g}") in written:
            slot = _slot(written[earns][costs.start], f"{model} loss")
            count = ""
            if (approves := f"{model} approves") in written:
                count = f"approves {_slot(written[approves][costs.start], approves)}, and "
            name = first_up(IN_TEXT[model])
            told += f"<p><strong>{name}</strong> {count}earns {slot} an applicant.</p>"
    return f'<div class="says" role="status" aria-live="polite">{told}</div>'


def _slot(words: str, name: str) -> str:
    """A slot for the script: "ml loss" becomes "ml 5" where that cost is chosen."""
    return f'<span data-slot="{name}">{words}</span>'


def with_hand(costs: loan_curves.Costs, loss: float) -> svg.Drawing:
    """The plot with a line and dots that the script moves along the curves."""
    drawing, of = loan_curves.costs_drawing(costs, loss), costs.curves[loss]
    frame, x = drawing.frame, drawing.frame.across(costs.thresholds[costs.start])
    hand = svg.rule("hand", (x, frame.top), (x, frame.bottom)) + "".join(
        svg.circle(f"hand {model}", x, frame.down(of[model].value[costs.start]), 5)
        for model in MODELS
        if model in of
    )
    return replace(drawing, marks=drawing.marks + hand)
