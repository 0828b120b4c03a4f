"""The sections of "How good is it?" that set the models beside the rule and against each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loan_space.quality_words import ALL, IN_TEXT, METRICS, above_zero, change, of_models
from loan_space.wording import NAMES
from shared.page.figures import NOT_MEASURED, Figure, figure, number, table, with_interval
from shared.wording import listed, percent

OF = 1000  # applicants, when shares are told as counts
LEVEL = 0.05  # of a p-value; the counterpart of a 95 % interval
LEAST = 0.001  # of a p-value that is written out
SAME = "no difference beyond chance"
UNDECIDED = "undecided: interval and test do not agree"


def performance(section: Mapping[str, Any], threshold: float | None) -> str:
    """Every metric of the rule and of both models."""
    models = {name: words for name, words in ALL.items() if section.get(name)}
    rule = (
        "<p>The rule is “approve unless the credit history is bad”. It needs no model, so it is "
        "what a model has to beat.</p>"
    )
    return rule + _gained(section, threshold) + metric_table(section, models)


def metric_table(section: Mapping[str, Any], models: Mapping[str, str]) -> str:
    """A row for each metric, a column for each model."""
    body = "".join(
        f'<tr><th scope="row">{metric.label}<span class="soft meaning">{metric.meaning}</span></th>'
        + "".join(f"<td>{with_interval(figure(section[m].get(name)))}</td>" for m in models)
        + "</tr>"
        for name, metric in METRICS.items()
        if any(name in section[model] for model in models)
    )
    heads = ("Metric", *models.values())
    return table("Every metric, with its 95 % interval", heads, body)


def _gained(section: Mapping[str, Any], threshold: float | None) -> str:
    """How little accuracy the models gain over the rule, in words."""
    found = {m: f for m in ALL if (f := figure((section.get(m) or {}).get("accuracy")))}
    if "rule" not in found or len(found) < 2:
        return ""
    rule, models = found["rule"], {m: f for m, f in found.items() if m != "rule"}
    more = [
        f"{IN_TEXT[m]} {_thousandths(f)} ({_more(_thousandths(f) - _thousandths(rule))})"
        for m, f in models.items()
    ]
    start = f"At the threshold of {percent(threshold)}, of" if threshold is not None else "Of"
    apart = [m for m, f in models.items() if not _overlap(rule, f)]
    meaning = (
        f"Only {listed([IN_TEXT[m] for m in apart], 'and')} lies outside the rule's interval."
        if apart
        else "All these intervals overlap: for accuracy alone nobody needs the models."
    )
    return (
        f"<p>{start} {OF:,} applicants the rule decides {_thousandths(rule)} as the lender did, "
        f"{listed(more, 'and')}. {meaning} {_order(section)}</p>"
    )


def _order(section: Mapping[str, Any]) -> str:
    """What the models may add: the rule knows two kinds of applicants, they know many."""
    told = {m: number(f.value) for m in ALL if (f := figure((section.get(m) or {}).get("auc")))}
    if len(told) < len(ALL):
        return ""
    return (
        "But the rule knows only two kinds of applicants; by AUC, which judges the order in which "
        f"they all stand, the figures are {of_models(told)}."
    )


def _thousandths(measured: Figure) -> int:
    return round(OF * measured.value)


def _more(count: int) -> str:
    return f"{count} more" if count > 0 else f"{-count} fewer" if count else "as many"


def _overlap(one: Figure, other: Figure) -> bool:
    bounds = (one.low, one.high, other.low, other.high)
    if any(bound is None for bound in bounds):
        return False
    low, high, other_low, other_high = (float(bound or 0) for bound in bounds)
    return low <= other_high and other_low <= high


def comparison(section: Mapping[str, Any], of_folds: Mapping[str, Any]) -> str:
    """The two models against each other, metric by metric."""
    rows = {name: row for name in METRICS if (row := section.get(name))}
    told = {name: verdict(name, row) for name, row in rows.items()}
    body = "".join(
        f'<tr><th scope="row">{METRICS[name].label}</th>'
        f"<td>{change(figure(row.get('ml_minus_ann')))}</td><td>{_p(row.get('p'))}</td>"
        f"<td>{_three(row.get('standard_error'))}</td>"
        f'<td class="words">{told[name]}</td></tr>'
        for name, row in rows.items()
    )
    heads = ("Metric", "ML less ANN", "p", "Standard error", "In words")
    return (
        f"<p>{_in_words(told)} {_standard_error(section)}</p>"
        "<p>The difference is machine learning less neural network, on the same applicants; its "
        "interval holds 0 where they may be equal. p is how often chance alone would bring such a "
        "difference between the folds; the standard error is that of one model over the folds.</p>"
        f"{table('Machine learning against neural network', heads, body)}{_of_folds(of_folds)}"
    )


def verdict(name: str, row: Mapping[str, Any]) -> str:
    """Whether the models differ by a metric, in words.

    Args:
        name: of the metric.
        row: `ml_minus_ann` and `p`, as recorded.
    """
    measured, p = figure(row.get("ml_minus_ann")), row.get("p")
    if measured is None or p is None:
        return "not measured"
    side = above_zero(measured)
    if bool(side) != (p < LEVEL):
        return UNDECIDED
    if not side:
        return SAME
    return f"{IN_TEXT['ml' if (side > 0) == METRICS[name].more_is_better else 'ann']} is better"


def _in_words(told: Mapping[str, str]) -> str:
    if set(told.values()) == {SAME}:
        return "By none of these metrics do the two differ by more than chance explains."
    others = [f"by {METRICS[name].label} {words}" for name, words in told.items() if words != SAME]
    joined = listed(others, "and")
    rest = " By the others there is no difference beyond chance." if len(others) < len(told) else ""
    return f"{joined[:1].upper()}{joined[1:]}.{rest}"


def _standard_error(section: Mapping[str, Any]) -> str:
    row = section.get("auc") or {}
    measured, error = figure(row.get("ml_minus_ann")), row.get("standard_error")
    if measured is None or error is None:
        return ""
    within = "less" if abs(measured.value) < error else "more"
    return (
        f"Their AUC is {number(abs(measured.value))} apart, {within} than one standard error "
        f"({number(error)})."
    )


def _of_folds(found: Mapping[str, Any]) -> str:
    told = {
        model: f"{number(each['value'])} (standard error {number(each['standard_error'])})"
        for model in NAMES
        if (each := found.get(model))
    }
    if not told:
        return NOT_MEASURED
    return (
        "<p>Published figures are often the mean of the AUC within each fold. That is "
        f"{of_models(told)}.</p>"
    )


def _p(value: float | None) -> str:
    return f"less than {LEAST}" if value is not None and value < LEAST else _three(value)


def _three(value: float | None) -> str:
    return "" if value is None else number(value)
