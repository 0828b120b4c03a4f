"""The evaluation of the loan models as a document: groups of people, and the protected fields."""

from collections.abc import Mapping, Sequence

from shared.loan.fields.declared import Fields
from shared.loan.models.registry import IN_TEXT, MODELS, TITLES
from shared.report.blocks import Cell, Folded, Label, Panel, Plot, Table, Text, change, folded
from shared.report.charts import intervals
from shared.report.figures import Figure, figure, label_of, of_keys, with_interval
from shared.report.loan_metrics import METRICS, NAMES, Blocks, Record
from shared.wording import first_up, listed

APPROVED = {"approval_rate": "approved, of all"}
ERRORS = {
    "approved_of_those_who_were": "approved, of those who were granted",
    "approved_of_those_who_were_not": "approved, of those who were refused",
}
GAPS = {"demographic_parity": "Approval rates", "equalized_odds": "Error rates"}
NOTE = (
    "Does a model approve some groups less often, and does it err more often about them? "
    "Demographic parity asks that all groups are approved equally often; equalized odds that it "
    "errs equally often in all, both about those who were granted a loan and about those who were "
    "refused. A gap of 0 is best. The models repeat the lender's own decisions."
)
SMALL = (
    "Small groups have wide intervals: of few people a rate is partly luck. Those who did not say "
    "are shown, but count for no gap."
)


def fairness(record: Record, fields: Fields) -> Blocks:
    """Rates and errors by group, and the largest gaps between groups."""
    section = record["fairness"]
    gaps = _gaps(section)
    models = [model for model in MODELS if section.get(model)]
    rows = [
        (_label(name, fields), *(gaps.get((name, gap, model)) for gap in GAPS for model in models))
        for name in dict.fromkeys(name for name, _, _ in gaps)
    ]
    heads = ("Field", *(f"{GAPS[gap]}, {TITLES[model]}" for gap in GAPS for model in models))
    approved, errors = (_panels(section, fields, rates) for rates in (APPROVED, ERRORS))
    return (
        Text(NOTE),
        Text(_largest(gaps, fields)),
        Table("Largest gap between two groups (0: none)", heads, rows),
        Text(SMALL),
        Plot("fairness", "Share that is approved, by group", approved, NAMES),
        Folded("Errors in each group", (Plot("errors", "Errors in each group", errors, NAMES),)),
        folded(_rates_table(section, fields)),
    )


def _panels(section: Record, fields: Fields, rates: Mapping[str, str]) -> list[Panel]:
    """A drawing of each field and rate, its groups in the field's own order."""
    panels = []
    for name, of in _by_field(section).items():
        for rate, words in rates.items():
            rows = {
                f"{group} ({n:,})" if (n := next(iter(rated.values())).n) else group: rated
                for group in _in_order(of, name, fields)
                if (rated := of_keys({m: of[m].get(group) for m in of}, MODELS, rate))
            }
            if rows:
                title = f"{_label(name, fields)}: {words}"
                panels.append(Panel(title, intervals(title, rows, NAMES)))
    return panels


def _by_field(section: Record) -> dict[str, dict[str, Record]]:
    """The rates of the groups of each field, by field and model."""
    models = [model for model in MODELS if section.get(model)]
    names = dict.fromkeys(name for model in models for name in section[model])
    return {
        name: {m: (section[m].get(name) or {}).get("groups") or {} for m in models}
        for name in names
    }


def _in_order(of: Mapping[str, Record], name: str, fields: Fields) -> list[str]:
    """Groups in the order of the field's choices; others last."""
    groups = dict.fromkeys(group for rates in of.values() for group in rates)
    order = [choice.label for field in fields if field.name == name for choice in field.choices]
    return [g for g in order if g in groups] + [g for g in groups if g not in order]


def _rates_table(section: Record, fields: Fields) -> Table:
    rows: list[Sequence[Cell]] = []
    for name, of in _by_field(section).items():
        for group in _in_order(of, name, fields):
            for model in of:
                rated = of[model].get(group) or {}
                n = (rated.get("approval_rate") or {}).get("n")
                cells = (figure(rated.get(rate)) for rate in (*APPROVED, *ERRORS))
                rows.append((f"{_label(name, fields)}: {group}", TITLES[model], n, *cells))
    heads = ("Group", "Model", "n", *(first_up(words) for words in (APPROVED | ERRORS).values()))
    return Table("Shares that are approved, by group", heads, rows)


def _gaps(section: Record) -> dict[tuple[str, str, str], Figure]:
    """The largest gaps by field, kind of gap and model."""
    return {
        (name, gap, model): measured
        for model in MODELS
        for name, of_field in (section.get(model) or {}).items()
        for gap in GAPS
        if (measured := figure((of_field.get("differences") or {}).get(gap)))
    }


def _largest(gaps: Mapping[tuple[str, str, str], Figure], fields: Fields) -> str:
    told = []
    for kind, words in GAPS.items():
        of_kind = {at: measured for at, measured in gaps.items() if at[1] == kind}
        if of_kind:
            name, _, model = max(of_kind, key=lambda at: of_kind[at].value)
            told.append(
                f"{words.lower()} differ most by “{_label(name, fields)}”, by "
                f"{with_interval(of_kind[name, kind, model])}, with {IN_TEXT[model]}"
            )
    return f"{first_up('; '.join(told))}." if told else ""


def protected(record: Record, fields: Fields) -> Blocks:
    """What it costs to leave the protected fields out, and whether they are."""
    section = record["protected"]
    names = listed([field.label.lower() for field in fields if field.protected] or ["none"], "and")
    gain = {model: of for model in MODELS if (of := (section.get("gain") or {}).get(model))}
    rows = [
        (
            Label(metric.label, f"{'more' if metric.more_is_better else 'less'} is better"),
            *(change(of.get(name)) for of in gain.values()),
        )
        for name, metric in METRICS.items()
        if any(name in of for of in gain.values())
    ]
    heads = ("Metric", *(TITLES[model] for model in gain))
    caption = "With the protected fields, less without them"
    return (
        Text(
            f"Protected are {names}: who somebody is, not what they can pay. Both models were "
            "measured without and with these fields, on the same applicants."
        ),
        Text("", lead=_verdict(section)),
        *([Table(caption, heads, rows)] if gain else []),
        *_gaps_with(section, fields, record.get("fairness") or {}),
    )


def _verdict(section: Record) -> str:
    left_out = section.get("left_out")
    if left_out is None:
        return "Whether they are left out was not recorded."
    if left_out:
        return (
            "The models that answer here do without them: with them, the AUC of neither would "
            "rise by more than chance explains."
        )
    gains = of_keys(section.get("gain") or {}, MODELS, "auc")
    gaining = [IN_TEXT[model] for model, measured in gains.items() if measured.sign > 0]
    return (
        "The models that answer here use them: without them the AUC of "
        f"{listed(gaining or ['one'], 'and')} would fall by more than chance explains."
    )


def _gaps_with(section: Record, fields: Fields, without: Record) -> Blocks:
    """Whether groups are further apart where the models know the protected fields."""
    if not section.get("left_out") or not section.get("fairness"):
        return ()
    here = _gaps(without)
    rows = [
        (f"{_label(name, fields)}, {IN_TEXT[model]}", here[name, gap, model].value, measured)
        for (name, gap, model), measured in _gaps(section["fairness"]).items()
        if gap == "demographic_parity" and (name, gap, model) in here
    ]
    if not rows:
        return ()
    return (
        Text(
            "Leaving fields out does not make groups equal: other fields give away a part of them. "
            "The table has the gaps in approval rates without and with them."
        ),
        Table("Largest gap in approval rates", ("Field", "Without", "With them"), rows),
    )


def _label(name: str, fields: Fields) -> str:
    return next((field.label for field in fields if field.name == name), label_of(name))
