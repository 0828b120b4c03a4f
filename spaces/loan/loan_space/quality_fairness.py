"""The sections of "How good is it?" on groups of people: rates, errors, and protected fields."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from loan_space.quality_charts import legend, pairs_plot
from loan_space.quality_words import IN_TEXT, METRICS, above_zero, change
from loan_space.wording import NAMES
from shared.loan.fields.declared import Fields
from shared.page.figures import Figure, figure, number, table, with_interval, words
from shared.wording import listed

Section = Mapping[str, Any]
APPROVED = {"approval_rate": "approved, of all"}
ERRORS = {
    "approved_of_those_who_were": "approved, of those who were granted",
    "approved_of_those_who_were_not": "approved, of those who were refused",
}
GAPS = {"demographic_parity": "Approval rates", "equalized_odds": "Error rates"}
NOTE = (
    "<p>Does a model approve some groups less often, and does it err more often about them? "
    "Demographic parity asks that all groups are approved equally often; equalized odds that it "
    "errs equally often in all, both about those who were granted a loan and about those who were "
    "refused. No gap would be 0. What the models repeat are the lender's own decisions.</p>"
)
SMALL = (
    "<p>Small groups have wide intervals: of few people a rate is partly luck. Those who did not "
    "say are shown, but count for no gap.</p>"
)


def fairness(section: Section, fields: Fields) -> str:
    """Rates and errors by group, and the largest gaps between groups."""
    models = [model for model in NAMES if section.get(model)]
    plots, errors = (_plots(section, models, fields, rates) for rates in (APPROVED, ERRORS))
    return (
        f"{NOTE}<p>{_largest(section, models, fields)}</p>{_gap_table(section, models, fields)}"
        f'{SMALL}{legend(NAMES)}<div class="beside two">{plots}</div>'
        f"<details><summary>Errors in each group</summary>{legend(NAMES)}"
        f'<div class="beside two">{errors}</div></details>'
    )


def _plots(section: Section, models: list[str], fields: Fields, rates: Mapping[str, str]) -> str:
    """A plot of each field and rate, its groups in the field's own order."""
    names = dict.fromkeys(name for model in models for name in section[model])
    drawn = ""
    for name in names:
        of = {m: (section[m].get(name) or {}).get("groups") or {} for m in models}
        groups = _in_order([group for each in of.values() for group in each], name, fields)
        for rate, title in rates.items():
            drawn += _plot(of, groups, rate, f"{_label(name, fields)}: {title}")
    return drawn


def _in_order(groups: list[str], name: str, fields: Fields) -> list[str]:
    """Groups in the order of the field's choices; others last."""
    order = [choice.label for field in fields if field.name == name for choice in field.choices]
    return [g for g in order if g in groups] + [g for g in dict.fromkeys(groups) if g not in order]


def _plot(of: Mapping[str, Section], groups: list[str], rate: str, title: str) -> str:
    """A rate of each group by both models; empty where nobody could add to it."""
    rows: dict[str, dict[str, Figure]] = {}
    for group in groups:
        for model, rates in of.items():
            if measured := figure((rates.get(group) or {}).get(rate)):
                label = group if measured.n is None else f"{group} ({measured.n:,})"
                rows.setdefault(label, {})[model] = measured
    if not rows:
        return ""
    return f"<div><h4>{escape(title)}</h4>{pairs_plot(title, rows, NAMES, 0, 1)}</div>"


def _gaps(section: Section, models: list[str]) -> dict[tuple[str, str, str], Figure]:
    """The largest gaps by field, kind of gap and model."""
    return {
        (name, gap, model): measured
        for model in models
        for name, of_field in section[model].items()
        for gap in GAPS
        if (measured := figure((of_field.get("differences") or {}).get(gap)))
    }


def _largest(section: Section, models: list[str], fields: Fields) -> str:
    told = []
    for gap, words_ in GAPS.items():
        found = {at: f for at, f in _gaps(section, models).items() if at[1] == gap}
        if found:
            name, _, model = max(found, key=lambda at: found[at].value)
            told.append(
                f"{words_.lower()} differ most by “{escape(_label(name, fields))}”, by "
                f"{with_interval(found[name, gap, model])}, with {IN_TEXT[model]}"
            )
    sentence = "; ".join(told)
    return f"{sentence[:1].upper()}{sentence[1:]}." if told else ""


def _gap_table(section: Section, models: list[str], fields: Fields) -> str:
    found = _gaps(section, models)
    body = "".join(
        f'<tr><th scope="row">{escape(_label(name, fields))}</th>'
        + "".join(
            f"<td>{with_interval(found.get((name, gap, model)))}</td>"
            for gap in GAPS
            for model in models
        )
        + "</tr>"
        for name in dict.fromkeys(at[0] for at in found)
    )
    heads = ("Field", *(f"{GAPS[gap]}, {NAMES[model]}" for gap in GAPS for model in models))
    return table("Largest gap between two groups (0: none)", heads, body)


def protected(section: Section, fields: Fields, without: Section) -> str:
    """What it costs to leave the protected fields out, and whether they are.

    Args:
        section: as recorded.
        fields: of an application.
        without: the fairness of the models that answer here.
    """
    names = listed([field.label.lower() for field in fields if field.protected] or ["none"], "and")
    gain = {m: found for m in NAMES if (found := (section.get("gain") or {}).get(m))}
    body = "".join(
        f'<tr><th scope="row">{METRICS[name].label}<span class="soft meaning">'
        f"{'more' if METRICS[name].more_is_better else 'less'} is better</span></th>"
        + "".join(f"<td>{change(figure(gain[model].get(name)))}</td>" for model in gain)
        + "</tr>"
        for name in METRICS
        if any(name in of for of in gain.values())
    )
    heads = ("Metric", *(NAMES[model] for model in gain))
    costs = table("With the protected fields, less without them", heads, body) if gain else ""
    return (
        f"<p>Protected are {escape(names)}: who somebody is, not what they can pay. Both models "
        "were measured without and with these fields, on the same applicants.</p>"
        f'<p class="verdict">{_verdict(section)}</p>{costs}{_gaps_with(section, fields, without)}'
    )


def _verdict(section: Section) -> str:
    left_out = section.get("left_out")
    if left_out is None:
        return "Whether they are left out was not recorded."
    if left_out:
        return (
            "The models that answer here do without them: with them, the AUC of neither would "
            "rise by more than chance explains."
        )
    gaining = [
        IN_TEXT[model]
        for model in NAMES
        if (measured := figure(((section.get("gain") or {}).get(model) or {}).get("auc")))
        and above_zero(measured) > 0
    ]
    return (
        "The models that answer here use them: without them the AUC of "
        f"{listed(gaining or ['one'], 'and')} would fall by more than chance explains."
    )


def _gaps_with(section: Section, fields: Fields, without: Section) -> str:
    """Whether groups are further apart where the models know the protected fields."""
    if not section.get("left_out") or not section.get("fairness"):
        return ""
    models = [m for m in NAMES if without.get(m) and section["fairness"].get(m)]
    here, there = _gaps(without, models), _gaps(section["fairness"], models)
    body = "".join(
        f'<tr><th scope="row">{escape(_label(name, fields))}, {IN_TEXT[model]}</th>'
        f"<td>{number(here[name, gap, model].value)}</td><td>{with_interval(measured)}</td></tr>"
        for (name, gap, model), measured in there.items()
        if gap == "demographic_parity" and (name, gap, model) in here
    )
    if not body:
        return ""
    return (
        "<p>Leaving fields out does not make groups equal: other fields tell a part of the same. "
        "So the gaps in approval rates stand beside each other.</p>"
        + table("Largest gap in approval rates", ("Field", "Without", "With them"), body)
    )


def _label(name: str, fields: Fields) -> str:
    return next((field.label for field in fields if field.name == name), words(name))
