"""The evaluation of the loan models as a document: more data, what helped, and a mistake."""

import math
from collections.abc import Sequence

from shared.loan.models.registry import IN_TEXT, MODELS, RULE, TITLES
from shared.report import charts, svg
from shared.report.blocks import (
    NOT_MEASURED,
    Block,
    Cell,
    Change,
    Heading,
    Panel,
    Plot,
    Table,
    Text,
    folded,
    grid,
)
from shared.report.figures import Figure, figure, label_of, number, of_keys, with_interval
from shared.report.loan_metrics import METRICS, NAMES, WITH_RULE, Blocks, Record
from shared.wording import listed

FORESTS = {"split_first": "Split first", "copied_before_the_split": "Copied before the split"}
COLOURS = dict(zip(FORESTS, ("clean", "mistake"), strict=True))
STARTS = (0.8, 0.6, 0.2, 0.0)  # of a scale up to 1, so that its quarters are round


def learning(record: Record) -> Blocks:
    """What the models reach with fewer applications to learn from, beside the rule."""
    points, of_rule = record["learning"], (record.get("performance") or {}).get(RULE.key) or {}
    drawn = {m: learning_drawing(points, m, figure(of_rule.get(m))) for m in ("auc", "brier")}
    panels = [Panel(METRICS[metric].label, d) for metric, d in drawn.items() if d]
    note = (
        "The same models, made from a part of the applications. A curve that still climbs at its "
        "end says that more data would help; a flat one that it would not. "
    )
    columns = {f"{metric} {model}": f"{METRICS[metric].label}, {NAMES[model]}"
               for metric in drawn for model in MODELS}  # fmt: skip
    rows = [
        (
            f"{point['rows']:,}",
            {key: (point.get(key.split()[1]) or {}).get(key.split()[0]) for key in columns},
        )
        for point in points
    ]
    title = "AUC and Brier score by number of applications to learn from"
    return (
        Text((note + _more_data(points)).strip()),
        Plot("learning", title, panels, WITH_RULE if of_rule else NAMES),
        folded(grid("What a part of the applications teaches", "Applications", columns, rows)),
    )


def learning_drawing(
    points: Sequence[Record], metric: str, of_rule: Figure | None
) -> svg.Drawing | None:
    """A metric of both models over the number of training rows, on a logarithmic scale."""
    of = {
        model: [
            (math.log2(point["rows"]), f, f"{TITLES[model]}, {point['rows']:,}: {with_interval(f)}")
            for point in points
            if (f := figure((point.get(model) or {}).get(metric)))
        ]
        for model in MODELS
    }
    ends = [end for curve in of.values() for _, f, _ in curve for end in (f.value, *f.ends)]
    if not ends:
        return None
    ends += [of_rule.value] if of_rule else []
    sizes = {math.log2(point["rows"]): f"{point['rows']:,}" for point in points}
    room = (max(ends) - min(ends) or 0.1) * 0.06
    x = svg.Axis(min(sizes) - 0.15, max(sizes) + 0.15, sizes, "applications to learn from")
    frame = svg.Frame(x, svg.rounded(min(ends) - room, max(ends) + room))
    level = svg.line(frame, RULE.key, (x.low, x.high), (of_rule.value,) * 2) if of_rule else ""
    last = ", ".join(
        f"{TITLES[m]} {number(curve[-1][1].value)}" for m, curve in of.items() if curve
    )
    label = METRICS[metric].label
    title = f"{label} by number of applications to learn from; with all of them: {last}"
    return svg.Drawing(title, frame, level + charts.curves(frame, of))


def _more_data(points: Sequence[Record]) -> str:
    """The last step of each curve, in words."""
    if len(points) < 2:
        return ""
    before, last = points[-2:]
    told = []
    for model in MODELS:
        start, end = (figure((point.get(model) or {}).get("auc")) for point in (before, last))
        if start and end:
            told.append(f"{number(start.value)} to {number(end.value)} ({IN_TEXT[model]})")
    if not told:
        return ""
    return (
        f"From {before['rows']:,} to {last['rows']:,} applications the AUC goes from "
        f"{listed(told, 'and from')}; the bands say how much of that could be luck."
    )


def tried(record: Record) -> Blocks:
    """Everything that was tried, beside the rule, and the mistake that looks like a success."""
    section, rule = record["compare"], (record.get("performance") or {}).get(RULE.key)
    blocks: list[Block] = [
        Text(
            "Everything that was tried, measured as it is, without choosing or calibrating; a name "
            "with a plus adds to the row above. The last column says how much of the log loss each "
            "saves over the row above: above 0 it helps, and where the interval holds 0 that may "
            "be luck."
        )
    ]
    for model in MODELS:
        rows = section.get(model) or []
        first = [{"name": RULE.title, **rule}] if rule and rows else []
        blocks += _compared(TITLES[model], [*first, *rows])
    blocks.append(Heading("A mistake that looks like a success"))
    mistake = section.get("mistake") or {}
    forests = mistake.get("forests")
    return [
        *blocks,
        *(_mistake(mistake.get("label") or "", forests) if forests else (NOT_MEASURED,)),
    ]


def _compared(title: str, recorded: Sequence[Record]) -> Blocks:
    if not recorded:
        return Heading(title), NOT_MEASURED
    metrics = ("auc", "brier", "log_loss")
    rows = [
        (label_of(str(row["name"])), *(figure(row.get(m)) for m in metrics), _saved(row))
        for row in recorded
    ]
    heads = ("What", *(METRICS[m].label for m in metrics), "Log loss saved")
    return (Table(f"{title}: what was tried", heads, rows),)


def _saved(row: Record) -> Cell:
    saved = figure(row.get("log_loss_saved"))
    return Change(saved, ("may be luck", "helps", "harms")[saved.sign]) if saved else None


def _mistake(label: str, forests: Sequence[Record]) -> Blocks:
    """The same forests, with and without copies of tested rows among those learned from."""
    rows = {
        f"{METRICS[metric].label}, {forest['name']}": of
        for metric in ("auc", "accuracy")
        for forest in forests
        if (of := of_keys(forest, tuple(FORESTS), metric))
    }
    lowest = min(f.ends[0] for of in rows.values() for f in of.values())
    start = next(start for start in STARTS if start <= lowest)
    quarters = [start + (1 - start) * step / 4 for step in range(5)]
    title = "The same forest, split first and split last"
    names = {COLOURS[kind]: FORESTS[kind] for kind in FORESTS}
    drawn = charts.intervals(
        title,
        {label: {COLOURS[kind]: f for kind, f in of.items()} for label, of in rows.items()},
        names,
        svg.Axis(start, 1, {value: f"{value:.2f}" for value in quarters}),
    )
    return (
        Text(f"{label} {_seems(forests)}".strip()),
        Plot("mistake", title, [Panel("", drawn)], names),
        grid("The same forest twice", "Figure", FORESTS, rows.items()),
    )


def _seems(forests: Sequence[Record]) -> str:
    """What the mistake seems to bring, where it brings most."""
    of_forests = [of_keys(forest, tuple(FORESTS), "auc") for forest in forests]
    pairs = [tuple(f.value for f in of.values()) for of in of_forests if len(of) == len(FORESTS)]
    if not pairs:
        return ""
    honest, seeming = max(pairs, key=lambda pair: pair[1] - pair[0])
    return (
        f"A forest with an AUC of {number(honest)} then seems to have {number(seeming)}, and is "
        "not better for anybody new."
    )
