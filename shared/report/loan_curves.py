"""The evaluation of the loan models as a document: ROC, reliability, and what a threshold costs."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.loan.models.registry import IN_TEXT, MODELS, RULE, TITLES
from shared.report import charts, svg
from shared.report.blocks import NOT_MEASURED, Panel, Plot, Table, Text, folded
from shared.report.figures import Figure, counted_percent, number, of_keys, signed
from shared.report.loan_metrics import COUNTED, NAMES, WITH_RULE, Blocks, Record, of_models


def roc(record: Record) -> Blocks:
    """Both ROC curves, with the rule and the models at the threshold in use."""
    section = record["calibration"]
    recorded = {m: of for m in MODELS if (of := (section.get(m) or {}).get("roc"))}
    marked = in_use(record)
    areas = of_keys(record.get("performance") or {}, tuple(recorded), "auc")
    told = f"the area under them is {of_models(areas)}" if areas else ""
    note = (
        "Whoever wants to approve more of the good applicants also approves more of the others. "
        "Each point is a threshold; the nearer a curve comes to the upper left corner, the better "
        "the model tells the two apart. On the dashed line it would be guessing."
        + (f" The area under the curve (AUC) is {of_models(areas)}." if areas else "")
        + (" Large marks: the rule, and the models at the threshold in use." if marked else "")
    )
    title = "ROC curves" + (f": {told}" if told else "")
    drawing = charts.roc(
        title,
        ("share of the refused that is approved", "share of the granted that is approved"),
        {model: [passing(model, point) for point in of] for model, of in recorded.items()},
        {model: passing(model, point) for model, point in marked.items()},
    )
    rule_first = {RULE.key: [marked[RULE.key]]} if RULE.key in marked else {}
    rows = [
        (TITLES[model], from_threshold(model, p["threshold"]), counted_percent(p["true"]),
         counted_percent(p["false"]))
        for model, points in {**rule_first, **recorded}.items()
        for p in points
    ]  # fmt: skip
    heads = ("Model", "Approve from", "Of the granted", "Of the refused")
    return (
        Text(note),
        Plot("roc", title, [Panel("", drawing)], WITH_RULE if marked else NAMES),
        folded(Table("Shares that are approved, by threshold", heads, rows)),
    )


def passing(model: str, point: Mapping[str, float]) -> charts.Passing:
    """A point of a ROC curve, and what its dot shows."""
    start = from_threshold(model, point["threshold"])
    lines = (
        TITLES[model] + (f", from {start} on" if start else ""),
        f"approves {counted_percent(point['true'])} of the granted",
        f"and {counted_percent(point['false'])} of the refused",
    )
    return point["false"], point["true"], lines


def from_threshold(model: str, threshold: float) -> str:
    """From which probability on a model approves; the rule knows none."""
    return "" if model == RULE.key else counted_percent(threshold)


def calibration(record: Record) -> Blocks:
    """Both reliability curves beside each other."""
    bins = {
        model: [b for b in (record["calibration"].get(model) or {}).get("bins") or [] if b.get("n")]
        for model in MODELS
    }
    bins = {model: of_model for model, of_model in bins.items() if of_model}
    errors = of_keys(record.get("performance") or {}, tuple(bins), "calibration_error")
    panels = []
    for model, of_model in bins.items():
        title = f"Share that was granted against the probability predicted by {IN_TEXT[model]}"
        title += f", on average {number(errors[model].value)} apart" if model in errors else ""
        drawing = charts.reliability(title, model, of_model, COUNTED, "granted")
        panels.append(Panel(TITLES[model], drawing))
    note = (
        "On the dashed line a probability means what it says: of those who are given 80 %, 80 in "
        "100 were granted a loan. Below it a model promises too much, above it too little; the "
        "larger a dot, the more applicants."
        + (f" On average they are off by {of_models(errors)}." if errors else "")
    )
    rows = [
        (TITLES[model], b["confidence"], b["accuracy"], int(b["n"]))
        for model, of_model in bins.items()
        for b in of_model
    ]
    heads = ("Model", "Predicted probability", "Share granted", COUNTED.capitalize())
    return (
        Text(note),
        Plot("reliability", "Share that was granted against the predicted probability", panels),
        folded(Table("Reliability in numbers", heads, rows)),
    )


@dataclass(frozen=True)
class Profit:
    """What each threshold earns an applicant, with its 95 % interval: `value`, `low`, `high`."""

    value: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    @property
    def best(self) -> int:
        """The threshold that earns most; the lowest of several."""
        return self.value.index(max(self.value))

    def at(self, place: int) -> Figure:
        """What one threshold earns."""
        return Figure(self.value[place], self.low[place], self.high[place])


@dataclass(frozen=True)
class Costs:
    """Profit curves over all thresholds, by cost of a wrong approval, then by model or rule."""

    thresholds: tuple[float, ...]
    curves: dict[float, dict[str, Profit]]
    threshold: float

    @property
    def start(self) -> int:
        """The place of the threshold that is nearest to the one in use."""
        return min(
            range(len(self.thresholds)), key=lambda k: abs(self.thresholds[k] - self.threshold)
        )


def read_costs(record: Record) -> Costs | None:
    """Put the recorded curves in order; a cost that is known of no model is left out.

    Returns:
        None where no curve of a model or no threshold in use was recorded.
    """
    section, threshold = record.get("profit") or [], record.get("threshold")
    by_cost: dict[float, dict[str, Profit]] = {}
    for curve in section:
        profit = Profit(tuple(curve["value"]), tuple(curve["low"]), tuple(curve["high"]))
        by_cost.setdefault(float(curve["loss"]), {})[curve["model"]] = profit
    known = {loss: by_cost[loss] for loss in sorted(by_cost) if NAMES.keys() & by_cost[loss]}
    if threshold is None or not known:
        return None
    return Costs(tuple(section[0]["thresholds"]), known, threshold)


def approvals(recorded: Costs, model: str) -> list[tuple[float, float]]:
    """Shares of all applicants that are approved, and wrongly approved, at each threshold.

    With `r` right and `w` wrong approvals a curve is `r - loss * w`, so two curves of different
    losses are two equations for the two shares.

    Returns:
        Empty where only one cost was recorded.
    """
    known = [(loss, of[model].value) for loss, of in recorded.curves.items() if model in of]
    if len(known) < 2:
        return []
    (one, values), (other, lower) = known[:2]
    wrong = [(a - b) / (other - one) for a, b in zip(values, lower, strict=True)]
    return [(a + (one + 1) * w, w) for a, w in zip(values, wrong, strict=True)]


def in_use(record: Record) -> dict[str, dict[str, float]]:
    """Where the rule and the models lie in the ROC plot at the threshold in use."""
    recorded, points = read_costs(record), {}
    for model in TITLES if recorded else ():
        assert recorded is not None
        counted = approvals(recorded, model)
        refused = counted[0][1] if counted else 0.0  # at the lowest threshold all are approved
        if 0 < refused < 1:
            approved, wrong = counted[recorded.start]
            right = (approved - wrong) / (1 - refused)
            points[model] = {
                "threshold": recorded.threshold, "true": right, "false": wrong / refused,
            }  # fmt: skip
    return points


def costs(record: Record) -> Blocks:
    """What each threshold earns, for each cost of a wrong approval."""
    recorded = read_costs(record)
    if recorded is None:
        return (NOT_MEASURED,)
    note = (
        "A model gives a probability; somebody has to choose the threshold from which on a loan is "
        "granted. That depends on what a wrong approval costs: if a right one earns 1, a wrong one "
        "may lose as much or far more. “Wrong” is what the lender refused: whether a loan was paid "
        "back is not in the data. The bands are 95 % intervals."
    )
    panels = [
        Panel(f"A wrong approval costs {loss:g}", costs_drawing(recorded, loss),
              best_sentence(recorded, loss))
        for loss in recorded.curves
    ]  # fmt: skip
    rows = [
        (TITLES[model], f"{loss:g}", profit.at(recorded.start), profit.at(profit.best),
         counted_percent(recorded.thresholds[profit.best]))
        for loss, of in recorded.curves.items()
        for model, profit in of.items()
    ]  # fmt: skip
    heads = ("Model", "A wrong approval costs", "Earned at the threshold in use", "Most", "From")
    title = "What each threshold earns, with the cost of a wrong approval"
    return (
        Text(note),
        Plot("profit", title, panels, WITH_RULE),
        folded(Table("Earned by an applicant", heads, rows)),
    )


def costs_drawing(recorded: Costs, loss: float) -> svg.Drawing:
    """Both models' curves with their bands, their best thresholds, the rule, and what is in use."""
    of, xs = recorded.curves[loss], recorded.thresholds
    models = {model: of[model] for model in MODELS if model in of}
    lowest = min(0.0, *(min(profit.low) for profit in models.values()))
    highest = max(0.0, *(max(profit.high) for profit in models.values()))
    room = (highest - lowest) * 0.04
    earned = svg.rounded(lowest - room, highest + room, "earned by an applicant")
    frame = svg.Frame(svg.Axis(xs[0], xs[-1], svg.percents().ticks), earned)
    marks, lines, best, told = "", "", "", []
    for model, profit in models.items():
        marks += svg.band(frame, model, xs, profit.low, profit.high)
        lines += svg.line(frame, model, xs, profit.value)
        x, y = xs[profit.best], profit.value[profit.best]
        told.append(f"{TITLES[model]}, best: from {x:.0%} on, {signed(y, 2)}")
        best += charts.top_dot(frame, f"best {model}", x, y, told[-1])
    if RULE.key in of:
        level = of[RULE.key].value[recorded.start]
        marks += svg.line(frame, RULE.key, (xs[0], xs[-1]), (level, level))
    x = frame.across(recorded.threshold)
    marks += svg.rule("ideal", (x, frame.top), (x, frame.bottom))
    marks += svg.words("axis", x, frame.height - 5, "in use", "middle")
    title = f"What each threshold earns if a wrong approval costs {loss:g}. {'; '.join(told)}"
    return svg.Drawing(title, frame, marks + lines + best)


def best_sentence(recorded: Costs, loss: float) -> str:
    """What the rule earns, which thresholds would have earned most, and what those in use do."""
    of, at = recorded.curves[loss], recorded.start
    now = {model: signed(of[model].value[at], 2) for model in MODELS if model in of}
    best = {
        model: f"{signed(max(of[model].value), 2)} from "
        f"{counted_percent(recorded.thresholds[of[model].best])} on"
        for model in now
    }
    rule_earns = f"The rule earns {signed(of[RULE.key].value[at], 2)}. " if RULE.key in of else ""
    return (
        f"{rule_earns}The threshold in use earns {of_models(now)}; the best would have earned "
        f"{of_models(best)} (ringed). That is hindsight, measured on the applicants that it "
        "was chosen by. On the left everybody is approved, on the right nobody."
    )
