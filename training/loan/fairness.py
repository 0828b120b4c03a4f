"""Rates and errors by group, with fairlearn (Weerts et al. 2023), and whether the models may use
the protected fields.

fairlearn's own bootstrap takes minutes here; the intervals come from `training.metrics`, as all
others do.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from fairlearn.metrics import (
    MetricFrame,
    demographic_parity_difference,
    equalized_odds_difference,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from numpy.typing import NDArray

from shared.loan.fields.declared import Field, Fields
from shared.loan.models.registry import MODELS
from training.loan.answers import COMPARED, OutOfFold, collect, difference, measures
from training.loan.nested import VARIANTS
from training.metrics import Figure, Metric, Weights, bootstrap_of_distance, proportion

GROUPED_BY = ("gender", "married", "dependents", "property_area")
Approved = NDArray[np.int64]
Decided = NDArray[np.bool_]
Groups = NDArray[np.str_]
Among = Callable[[Approved], Decided]
RATES: dict[str, tuple[Any, Among]] = {  # and among which rows each is counted
    "approval_rate": (selection_rate, lambda approved: approved >= 0),
    "approved_of_those_who_were": (true_positive_rate, lambda approved: approved == 1),
    "approved_of_those_who_were_not": (false_positive_rate, lambda approved: approved == 0),
}
DIFFERENCES = {  # and of which rates they are the largest gap between two groups
    "demographic_parity": (demographic_parity_difference, ("approval_rate",)),
    "equalized_odds": (
        equalized_odds_difference,
        ("approved_of_those_who_were", "approved_of_those_who_were_not"),
    ),
}
NOT_STATED = "not stated"


def by_groups(
    fields: Fields, table: NDArray[np.float64], approved: Approved, decided: Decided, seed: int
) -> dict[str, Any]:
    """Rates of each group of each field, and the largest differences between groups.

    Args:
        fields, table: (N, F) applications.
        approved: (N,) what the lender decided.
        decided: (N,) what the model decides.
        seed: of the bootstrap.
    """
    section = {}
    for k, field in enumerate(fields):
        if field.name in GROUPED_BY:
            groups = group_names(field, table[:, k])
            by_group = rates(approved, decided, groups, seed)
            order = [*(choice.label for choice in field.choices), NOT_STATED]
            section[field.name] = {
                "groups": {name: by_group[name] for name in order if name in by_group},
                "differences": differences(approved, decided, groups, seed),
            }
    return section


def group_names(field: Field, column: NDArray[np.float64]) -> Groups:
    """The group of each row, as the page names it."""
    labels = [choice.label for choice in field.choices]
    return np.array([NOT_STATED if np.isnan(v) else labels[int(v)] for v in column])


def rates(
    approved: Approved, decided: Decided, groups: Groups, seed: int
) -> dict[str, dict[str, Figure]]:
    """Each rate of each group, with its interval and the number of rows it is counted among.

    A rate that nobody of a group could add to (no refused applicant, say) is left out.
    """
    frame = MetricFrame(
        metrics={name: measure for name, (measure, _) in RATES.items()},
        y_true=approved,
        y_pred=decided.astype(int),
        sensitive_features=groups,
    )
    figures: dict[str, dict[str, Figure]] = {}
    for name in frame.by_group.index:
        figures[str(name)] = {}
        for rate, (_, among) in RATES.items():
            hits = decided[(groups == name) & among(approved)]
            if len(hits):
                figure = proportion(hits, np.arange(len(hits)), seed=seed)
                figure["value"] = round(float(frame.by_group.loc[name, rate]), 5)
                figures[str(name)][rate] = figure
    return figures


def differences(
    approved: Approved, decided: Decided, groups: Groups, seed: int
) -> dict[str, Figure]:
    """Largest difference of approval rates and of error rates between the groups that were stated.

    Few people who did not say make a group whose rate is mostly luck; they are left out here.
    """
    known = groups != NOT_STATED
    truth, answer, among = approved[known], decided[known], groups[known]
    each_alone, figures = np.arange(len(truth)), {}
    for name, (measure, of_rates) in DIFFERENCES.items():
        gaps = [_gap(answer, among, RATES[rate][1](truth)) for rate in of_rates]
        figure = bootstrap_of_distance(_largest(gaps), each_alone, seed=seed)
        value = measure(truth, answer.astype(int), sensitive_features=among)
        figures[name] = figure | {"value": round(float(value), 5)}
    return figures


def largest_gap(fields: Fields, table: NDArray[np.float64], decided: Decided) -> Metric:
    """The largest difference of approval rates between two groups of one protected field.

    fairlearn's demographic parity difference, of the field where it is largest. Of the differences
    that are recorded it is the one that needs no truth to compare with: the label is what one
    lender decided, and error rates would take over whatever was unfair about that. Those who did
    not state the field are left out of it, as in `differences`; a place to live is not a
    protected field.

    Args:
        fields, table: (N, F) applications.
        decided: (N,) what the model decides.
    """
    return _largest(
        [
            _of_known(group_names(field, table[:, k]), decided)
            for k, field in enumerate(fields)
            if field.protected
        ]
    )


def _of_known(groups: Groups, decided: Decided) -> Metric:
    known = groups != NOT_STATED
    gap = _gap(decided[known], groups[known], np.ones(int(known.sum()), dtype=bool))
    return lambda weights: gap(weights[known])


def _gap(decided: Decided, groups: Groups, counted: Decided) -> Metric:
    """Highest less lowest share of yes among the groups; a group without rows is left out."""
    place = np.unique(groups, return_inverse=True)[1]

    def metric(weights: Weights) -> float:
        whole = np.bincount(place, weights * counted)
        hits = np.bincount(place, weights * counted * decided)
        by_group = hits[whole > 0] / whole[whole > 0]
        return float(np.ptp(by_group)) if len(by_group) else 0.0

    return metric


def _largest(metrics: list[Metric]) -> Metric:
    return lambda weights: max(metric(weights) for metric in metrics)


def both_variants(
    recorded: Mapping[str, Any], approved: NDArray[np.int64]
) -> tuple[OutOfFold, OutOfFold]:
    """The answers without and with the protected fields.

    Args:
        recorded: what the nested stage wrote.
        approved: (N,) 0 or 1.

    Raises:
        InputError: a row was answered more often than another.
    """
    without, with_them = (collect(recorded[variant], approved) for variant in VARIANTS)
    return without, with_them


def protected_cost(
    without: OutOfFold, with_them: OutOfFold, threshold: float, seed: int
) -> dict[str, Any]:
    """What the models would gain by the protected fields, metric by metric.

    Returns:
        Gains by model and metric, and whether the fields are left out: they are unless a model's
        AUC loses more by it than chance explains.
    """
    every = measures(threshold)

    def gain_of(kind: str) -> dict[str, Figure]:
        pair = with_them.probabilities[kind], without.probabilities[kind]
        return {name: difference(every[name], without.approved, *pair, seed) for name in COMPARED}

    gain = {kind: gain_of(kind) for kind in MODELS}
    return {"gain": gain, "left_out": all(gain[kind]["auc"]["low"] <= 0 for kind in MODELS)}


def default_variant(cost: Mapping[str, Any]) -> str:
    """The variant that the checkpoint is made of, from what `protected_cost` found."""
    return VARIANTS[0] if cost["left_out"] else VARIANTS[1]
