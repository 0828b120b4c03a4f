"""The rule, and rates by group, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from shared.loan.fields.declared import FIELDS, Field
from training.loan.data import Applications
from training.loan.fairness import by_groups, differences, largest_gap
from training.loan.nested import refused_by_rule, rule_approval

GOOD, BAD, UNSTATED = 0.0, 1.0, np.nan
GENDER = next(field for field in FIELDS if field.name == "gender")
CREDIT = next(field for field in FIELDS if field.name == "credit_history")

# Four women, four men, one who did not say.
GENDERS = np.array([0, 0, 0, 0, 1, 1, 1, 1, np.nan])[:, None]
APPROVED = np.array([1, 1, 0, 0, 1, 1, 1, 0, 1])
SAID = np.array([1, 0, 0, 0, 1, 1, 1, 1, 0], dtype=bool)


def of_one_field(field: Field, column: list[float], approved: list[int]) -> Applications:
    return Applications((field,), np.array(column)[:, None], np.array(approved), "0" * 64)


def test_the_rule_refuses_a_bad_history_and_nothing_else() -> None:
    made = of_one_field(CREDIT, [GOOD, BAD, UNSTATED], [1, 1, 0])
    assert refused_by_rule(made).tolist() == [False, True, False]


def test_the_rule_says_how_often_it_was_right_on_other_rows() -> None:
    column = [GOOD, GOOD, UNSTATED, BAD, BAD, BAD, GOOD]
    made = of_one_field(CREDIT, column, [1, 1, 0, 0, 1, 0, 0])
    train, test = np.arange(5), np.array([5, 6])
    # Of three with no bad history two were approved, of two with one: one. A row more each side.
    assert rule_approval(made, train, test).tolist() == [(1 + 1) / (2 + 2), (2 + 1) / (3 + 2)]


def test_rates_by_group() -> None:
    groups = by_groups((GENDER,), GENDERS, APPROVED, SAID, 0)["gender"]["groups"]
    values = {name: {rate: (f["value"], f["n"]) for rate, f in rates.items()}
              for name, rates in groups.items()}  # fmt: skip
    assert values["Female"] == {
        "approval_rate": (1 / 4, 4),
        "approved_of_those_who_were": (1 / 2, 2),
        "approved_of_those_who_were_not": (0.0, 2),
    }
    assert values["Male"] == {
        "approval_rate": (1.0, 4),
        "approved_of_those_who_were": (1.0, 3),
        "approved_of_those_who_were_not": (1.0, 1),
    }
    # Nobody who did not say was refused: there is no such rate.
    assert values["not stated"] == {
        "approval_rate": (0.0, 1),
        "approved_of_those_who_were": (0.0, 1),
    }


def test_a_rate_of_all_is_not_certain() -> None:
    groups = by_groups((GENDER,), GENDERS, APPROVED, SAID, 0)["gender"]["groups"]
    rate = groups["Male"]["approval_rate"]
    assert (rate["low"], rate["high"]) == (pytest.approx(0.025 ** (1 / 4), abs=1e-4), 1.0)


def test_differences_leave_out_who_did_not_say() -> None:
    gaps = by_groups((GENDER,), GENDERS, APPROVED, SAID, 0)["gender"]["differences"]
    parity, odds = gaps["demographic_parity"], gaps["equalized_odds"]
    assert (parity["value"], parity["n"]) == (3 / 4, 8)
    assert odds["value"] == 1.0  # of the refused no woman is approved, every man is


def test_the_interval_is_of_what_fairlearn_measures() -> None:
    rng = np.random.default_rng(0)
    approved, decided = rng.integers(0, 2, 300), rng.random(300) < 0.6
    groups = np.array(["a", "b", "c"])[rng.integers(0, 3, 300)]
    for figure in differences(approved, decided, groups, 0).values():
        assert figure["low"] < figure["value"] < figure["high"]


def test_only_the_named_fields_are_grouped_by() -> None:
    table = np.zeros((4, len(FIELDS)))
    decided = np.array([True, False, True, False])
    rates = by_groups(FIELDS, table, decided.astype(np.int64), decided, 0)
    assert list(rates) == ["property_area", "gender", "married", "dependents"]


def test_the_largest_gap_is_that_of_the_protected_field_where_it_is_largest() -> None:
    married = next(field for field in FIELDS if field.name == "married")
    area = next(field for field in FIELDS if field.name == "property_area")
    weddings = np.array([0, 0, 1, 1, 0, 0, 1, 1, 0])[:, None]
    areas = np.array([1, 0, 0, 0, 1, 1, 1, 1, 0])[:, None]  # 5 of 5 against 0 of 4, not protected
    table = np.hstack([GENDERS, weddings, areas])
    metric = largest_gap((GENDER, married, area), table, SAID)
    assert metric(np.ones(9)) == pytest.approx(4 / 4 - 1 / 4)  # men and women; one did not say
    # Without the men the gender has one group, and of married and not 1 of 2 and 0 of 2 are left,
    # with the one who did not state a gender 1 of 3.
    assert metric(np.array([1.0, 1, 1, 1, 0, 0, 0, 0, 1])) == pytest.approx(1 / 3)


def test_the_largest_gap_is_the_difference_that_fairlearn_finds() -> None:
    rng = np.random.default_rng(3)
    table = rng.integers(2, size=(200, 1)).astype(float)
    decided = rng.random(200) < 0.6
    recorded = differences(
        decided * 1, decided, np.array(["Female", "Male"])[table[:, 0].astype(int)], 0
    )
    ours = largest_gap((GENDER,), table, decided)(np.ones(200))
    assert ours == pytest.approx(recorded["demographic_parity"]["value"], abs=1e-5)
