"""What a threshold costs, as a plot that follows a slider and a choice of costs.

Everything that the slider can show is written here, by place on the slider; the script only picks
from it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from loan_space.quality_charts import legend
from loan_space.quality_costs_plot import Profit, drawing
from loan_space.quality_words import ALL, IN_TEXT, WITH_RULE, counted_percent, of_models, signed
from loan_space.wording import NAMES
from shared.page.figures import NOT_MEASURED

Point = Mapping[str, float]

OF = 100  # applicants, when shares are told as counts
NOTE = (
    "<p>A model gives a probability; somebody has to say from where on it is enough. That depends "
    "on what a wrong approval costs: if a right one earns 1, a wrong one may lose as much or far "
    "more. Move the threshold and choose the cost. “Wrong” is what the lender refused: whether a "
    "loan was paid back is not in the data. The bands are 95 % intervals.</p>"
)


@dataclass(frozen=True)
class Recorded:
    """The profit curves of a record.

    Attributes:
        thresholds: of all curves.
        curves: by cost of a wrong approval, then by model; the rule's is among them.
        threshold: the one in use.
    """

    thresholds: tuple[float, ...]
    curves: dict[float, dict[str, Profit]]
    threshold: float

    @property
    def start(self) -> int:
        """The place on the slider that is nearest to the threshold in use."""
        return min(
            range(len(self.thresholds)), key=lambda k: abs(self.thresholds[k] - self.threshold)
        )


def costs(section: Sequence[Mapping[str, Any]], threshold: float | None) -> str:
    """The section: the controls, what they say, and a plot for each cost."""
    if threshold is None or not any(each["model"] in NAMES for each in section):
        return NOT_MEASURED
    recorded = read(section, threshold)
    plots = "".join(
        f'<figure data-loss="{loss:g}"{"" if k == 0 else " hidden"}>'
        + drawing(curves, recorded.thresholds, threshold, recorded.start, loss)
        + f"<figcaption>{best_sentence(recorded, loss)}</figcaption></figure>"
        for k, (loss, curves) in enumerate(recorded.curves.items())
    )
    data = escape(json.dumps(slots(recorded), ensure_ascii=False, separators=(",", ":")))
    return (
        f'{NOTE}<div class="costs" data-slots="{data}"><div>{_controls(recorded)}'
        f"{_says(recorded)}{legend(WITH_RULE)}</div><div>{plots}</div></div>"
    )


def read(section: Sequence[Mapping[str, Any]], threshold: float) -> Recorded:
    """Put the recorded curves in order; a cost that is known of no model is left out."""
    curves: dict[float, dict[str, Profit]] = {}
    for each in section:
        found = Profit(tuple(each["value"]), tuple(each["low"]), tuple(each["high"]))
        curves.setdefault(float(each["loss"]), {})[each["model"]] = found
    known = {loss: curves[loss] for loss in sorted(curves) if NAMES.keys() & curves[loss]}
    return Recorded(tuple(section[0]["thresholds"]), known, threshold)


def slots(recorded: Recorded) -> dict[str, list[str]]:
    """What stands in each slot of the sentences, by place on the slider.

    Returns:
        "threshold"; "ml approves", ...: how many are approved; "ml 1", ...: what that earns where
        a wrong approval costs 1.
    """
    found = {"threshold": [counted_percent(t) for t in recorded.thresholds]}
    for model in NAMES:
        if counted := approvals(recorded, model):
            found[f"{model} approves"] = [_count(*both) for both in counted]
        for loss, curves in recorded.curves.items():
            if model in curves:
                found[f"{model} {loss:g}"] = [_earns(*each) for each in curves[model].rows()]
    return found


def approvals(recorded: Recorded, model: str) -> list[tuple[float, float]]:
    """Shares of all applicants that are approved, and wrongly approved, at each threshold.

    A curve is right approvals less wrong ones times their cost, so two costs tell both.

    Returns:
        Empty where only one cost was recorded.
    """
    known = [(loss, of[model].value) for loss, of in recorded.curves.items() if model in of]
    if len(known) < 2:
        return []
    (one, values), (other, lower) = known[:2]
    wrong = [(a - b) / (other - one) for a, b in zip(values, lower, strict=True)]
    return [(a + (one + 1) * w, w) for a, w in zip(values, wrong, strict=True)]


def in_use(section: Sequence[Mapping[str, Any]], threshold: float) -> dict[str, Point]:
    """Where the rule and the models lie in the ROC plot at the threshold in use."""
    recorded = read(section, threshold)
    found: dict[str, Point] = {}
    for model in ALL:
        counted = approvals(recorded, model)
        refused = counted[0][1] if counted else 0.0  # at the lowest threshold all are approved
        if 0 < refused < 1:
            approved, wrong = counted[recorded.start]
            right = (approved - wrong) / (1 - refused)
            found[model] = {"threshold": threshold, "true": right, "false": wrong / refused}
    return found


def best_sentence(recorded: Recorded, loss: float) -> str:
    """What the rule earns, which thresholds would have earned most, and what those in use do."""
    curves, at = recorded.curves[loss], recorded.start
    best, now = {}, {}
    for model in NAMES:
        if model in curves:
            place = curves[model].best
            start = counted_percent(recorded.thresholds[place])
            best[model] = f"{signed(curves[model].value[place], 2)} from {start} on"
            now[model] = signed(curves[model].value[at], 2)
    rule = f"The rule earns {signed(curves['rule'].value[at], 2)}. " if "rule" in curves else ""
    return (
        f"{rule}The threshold in use earns {of_models(now)}; the best would have earned "
        f"{of_models(best)} (ringed). That is hindsight, measured on the applicants that it "
        "was chosen by. On the left everybody is approved, on the right nobody."
    )


def _count(approved: float, wrong: float) -> str:
    return f"{approved * OF:.0f} of {OF} applicants, {abs(wrong) * OF:.0f} of them wrongly"


def _earns(value: float, low: float, high: float) -> str:
    return f"{signed(value, 2)} ({signed(low, 2)} to {signed(high, 2)})"


def _controls(recorded: Recorded) -> str:
    pills = "".join(
        f'<label><input type="radio" name="quality-loss" value="{loss:g}"'
        f"{' checked' if k == 0 else ''}><span>{loss:g}</span></label>"
        for k, loss in enumerate(recorded.curves)
    )
    at = counted_percent(recorded.thresholds[recorded.start])
    return (
        f'<fieldset class="field"><legend>A wrong approval costs</legend><div class="pills">{pills}'
        '</div></fieldset><div class="field"><label for="quality-threshold">Approve from this '
        f'probability on: <output data-slot="threshold">{at}</output></label>'
        f'<input id="quality-threshold" type="range" min="0" max="{len(recorded.thresholds) - 1}" '
        f'value="{recorded.start}" aria-valuetext="{at}"></div>'
    )


def _says(recorded: Recorded) -> str:
    """What the threshold at hand does, in a sentence for each model."""
    written, first = slots(recorded), next(iter(recorded.curves))
    told = ""
    for model in NAMES:
        if f"{model} {first:g}" in written:
            name = IN_TEXT[model][:1].upper() + IN_TEXT[model][1:]
            earned = _slot(written, f"{model} {first:g}", recorded.start, f"{model} loss")
            count = ""
            if f"{model} approves" in written:
                count = f"approves {_slot(written, f'{model} approves', recorded.start)}, and "
            told += f"<p><strong>{name}</strong> {count}earns {earned} an applicant.</p>"
    return f'<div class="says" role="status" aria-live="polite">{told}</div>'


def _slot(written: Mapping[str, list[str]], key: str, at: int, name: str | None = None) -> str:
    """A slot for the script: "ml loss" becomes "ml 5" where that cost is chosen."""
    return f'<span data-slot="{name or key}">{written[key][at]}</span>'
