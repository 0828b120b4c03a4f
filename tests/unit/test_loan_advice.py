"""The smallest changes that turn both models, and what is never advised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from shared.loan.fields.declared import FIELDS, YES_NO, Field, Fields
from shared.loan.why.action_set import action_set
from shared.loan.why.counterfactuals import TRIALS, Advice, advise

Array = np.ndarray
INCOME, SECOND, AMOUNT, TERM = range(4)
HALF = (0.5, 0.5)
SEEN = {
    "applicant_income": (150.0, 81_000.0), "coapplicant_income": (0.0, 42_000.0),
    "loan_amount": (9.0, 700.0), "loan_term": (12.0, 480.0),
}  # fmt: skip
TRAINED: Fields = tuple(replace(field, seen=SEEN.get(field.name)) for field in FIELDS)
APPLICANT = np.array([4170.0, 0, 150, 300, 0, 1, 0, 1, 0, 0, 0])
"""Income 4170 without a second one, 150 thousand over 300 months."""


def passes(*conditions: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """Models that say 0.9 where their condition is met, and 0.1 where not."""
    return lambda table: np.column_stack([np.where(met(table), 0.9, 0.1) for met in conditions])


def together(enough: float) -> Callable[[Array], Array]:
    """Models that both want so much income together."""
    return passes(*[lambda t: t[:, INCOME] + t[:, SECOND] >= enough] * 2)


def asked(
    score: Callable[[Array], Array], row: Array = APPLICANT, fields: Fields = TRAINED
) -> Advice:
    return advise(score, fields, row, HALF)


def changes(advice: Advice) -> list[dict[int, float]]:
    return [{k: to for k, _, to in one.changes} for one in advice.changes]


def test_who_is_approved_needs_no_advice() -> None:
    assert asked(together(4000)) == Advice("already")


def test_the_smallest_whole_step_that_is_enough_is_advised() -> None:
    advice = asked(passes(lambda t: t[:, INCOME] >= 5600, lambda t: t[:, INCOME] >= 5000))
    assert advice.kind == "found"
    assert advice.changes[0].changes == ((INCOME, 4170, 5750),)
    assert advice.changes[0].probabilities == pytest.approx([0.9, 0.9])
    assert advice.changes[0].cost == pytest.approx(np.log(6750 / 5170) + 0.1)
    assert len(advice.changes) == 1


def test_one_refusal_is_enough_to_ask_for_a_change_that_both_approve() -> None:
    # A longer term would turn the second model and lose the first.
    score = passes(
        lambda t: t[:, TERM] <= 300, lambda t: (t[:, TERM] >= 320) | (t[:, AMOUNT] <= 90)
    )
    assert changes(asked(score)) == [{AMOUNT: 90}]


def test_two_fields_are_advised_where_one_is_not_enough() -> None:
    score = passes(lambda t: t[:, INCOME] >= 9050, lambda t: t[:, AMOUNT] <= 83)
    assert changes(asked(score)) == [{INCOME: 9250, AMOUNT: 80}]


def test_three_fields_are_advised_where_two_are_not_enough() -> None:
    score = passes(
        lambda t: (t[:, INCOME] >= 9050) & (t[:, SECOND] >= 1700), lambda t: t[:, TERM] >= 420
    )
    assert changes(asked(score)) == [{INCOME: 9250, SECOND: 1750, TERM: 420}]


def test_suggestions_differ_and_none_repeats_a_cheaper_one() -> None:
    score = passes(
        *[lambda t: (t[:, INCOME] >= 6000) | (t[:, AMOUNT] <= 100) | (t[:, TERM] >= 400)] * 2
    )
    advice = asked(score)
    assert changes(advice) == [{TERM: 408}, {INCOME: 6000}, {AMOUNT: 100}]
    costs = [suggestion.cost for suggestion in advice.changes]
    assert costs == sorted(costs)


def test_at_most_as_many_as_asked_for() -> None:
    score = passes(*[lambda t: (t[:, INCOME] >= 6000) | (t[:, AMOUNT] <= 100)] * 2)
    assert len(advise(score, TRAINED, APPLICANT, HALF, most=1).changes) == 1


def test_two_changes_share_the_burden_as_cheaply_as_can_be() -> None:
    score = passes(lambda t: t[:, AMOUNT] / t[:, TERM] <= 0.25, lambda t: t[:, AMOUNT] >= 80)
    advice = asked(score)
    costs = {
        (amount, term): np.log(170 / (amount + 20)) + (term - 300) / 468 + 0.2
        for amount in range(80, 150, 5)
        for term in range(312, 481, 12)
        if amount / term <= 0.25
    }
    assert min(costs, key=costs.__getitem__) == (90, 360)
    assert changes(advice)[0] == {AMOUNT: 90, TERM: 360}
    assert advice.changes[0].cost == pytest.approx(costs[90, 360])


@pytest.mark.parametrize("change", [None, "any"])
def test_what_only_a_protected_field_decides_is_out_of_reach(change: str | None) -> None:
    married = next(k for k, field in enumerate(TRAINED) if field.name == "married")
    fields = tuple(replace(field, change=change) if field.protected else field for field in TRAINED)
    score = passes(*[lambda t: t[:, married] == 1] * 2)
    row = APPLICANT.copy()
    row[married] = 0
    assert asked(score, row, fields) == Advice("out of reach")


def test_what_the_applicant_cannot_change_is_never_tried() -> None:
    tables = []

    def refuse(table: Array) -> Array:
        tables.append(table)
        return np.full((len(table), 2), 0.2)

    assert asked(refuse) == Advice("out of reach")
    tried = np.concatenate(tables)
    assert len(tables) == 2 and 3000 < len(tried) <= 3 * TRIALS
    assert np.array_equal(tried[:, 4:], np.repeat(APPLICANT[None, 4:], len(tried), axis=0))
    assert tried[:, INCOME].min() == 4170 and tried[:, INCOME].max() <= 81_000
    assert tried[:, AMOUNT].max() == 150 and tried[:, AMOUNT].min() >= 9
    assert (tried[:, TERM].min(), tried[:, TERM].max()) == (12, 480)
    assert ((tried != APPLICANT).sum(axis=1) <= 3).all()


def test_what_is_not_stated_is_not_changed() -> None:
    row = APPLICANT.copy()
    row[INCOME] = np.nan
    assert changes(
        asked(passes(*[lambda t: (t[:, INCOME] > 0) | (t[:, SECOND] >= 1000)] * 2), row)
    ) == [{SECOND: 1000}]


def test_a_value_beyond_the_training_data_is_not_advised() -> None:
    assert asked(together(130_000)).kind == "out of reach"
    row = APPLICANT.copy()
    row[AMOUNT] = 9000
    assert changes(asked(passes(*[lambda t: t[:, AMOUNT] < 8000] * 2), row)) == [{AMOUNT: 700}]


def test_how_far_it_got_is_said_where_it_is_not_far_enough() -> None:
    def score(table: Array) -> Array:
        first = 0.3 + 0.1 * (table[:, AMOUNT] <= 100) + 0.001 * (table[:, TERM] >= 480)
        return np.column_stack([first, np.full(len(table), 0.8)])

    advice = asked(score)
    assert advice.kind == "out of reach" and not advice.changes and advice.best
    assert advice.best.changes == ((AMOUNT, 150, 100),)
    assert advice.best.probabilities == pytest.approx([0.4, 0.8])


def test_each_model_has_its_own_threshold() -> None:
    def score(table: Array) -> Array:
        return np.column_stack([table[:, INCOME] / 10_000] * 2)

    advice = advise(score, TRAINED, APPLICANT, (0.5, 0.62))
    assert changes(advice) == [{INCOME: 6250}]


def test_a_twelfth_field_is_advised_like_any_other() -> None:
    guarantor = Field("guarantor", "G", "", "", "choice", change="less", choices=YES_NO)
    fields, row = (*TRAINED, guarantor), np.append(APPLICANT, 1)
    advice = asked(passes(*[lambda t: t[:, 11] == 0] * 2), row, fields)
    assert [one.changes for one in advice.changes] == [((11, 1, 0),)]
    rate = Field("rate", "R", "", "", "number", change="less", lowest=-1, highest=9, step=0.1)
    fields, row = (*TRAINED, rate), np.append(APPLICANT, 0.3)
    advice = asked(passes(*[lambda t: t[:, 11] < -0.45] * 2), row, fields)
    assert [one.changes for one in advice.changes] == [((11, 0.3, -0.5),)]


def test_values_grow_apart_and_never_include_the_applicants_own() -> None:
    wide = Field("wide", "W", "", "", "number", change="any", highest=1e6, step=0.1)
    (actions,) = action_set((wide,), np.array([0.3]))
    below, above = actions.sides
    assert below == pytest.approx([0.2, 0.1, 0])
    assert len(above) <= 500 and above[0] == pytest.approx(0.4) and above[-1] == 1e6
    few = actions.coarse(10)[1]
    assert len(few) <= 5 and few[0] == above[0] and few[-1] == above[-1]
    assert (np.diff(few, 2) > 0).all() and set(few) <= set(above)
