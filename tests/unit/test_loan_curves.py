"""The answers over one field: what is tried, what comes out, and where nothing is known."""

from __future__ import annotations

import numpy as np
import pytest

from shared.loan.fields.declared import YES_NO, Choice, Field, Fields
from shared.loan.why.ice_curves import Curve, curve

Array = np.ndarray
FIELDS: Fields = (
    Field("income", "I", "", "", "number", highest=10_000, step=50, seen=(130.0, 2070.0)),
    Field("place", "P", "", "", "choice", choices=(*YES_NO, Choice("maybe", "Maybe"))),
    Field("share", "S", "", "", "number", highest=1, step=0.1),
)


def people(count: int = 500) -> Array:
    """Incomes 100, 104, ... 2096 in order; nobody says "maybe", a third say nothing."""
    column = np.arange(count, dtype=np.float64)
    place = np.choose(np.arange(count) % 3, [0.0, 1.0, np.nan])
    return np.column_stack([100 + 4 * column, place, column / count])


def score(table: Array) -> Array:
    score.calls.append(len(table))  # type: ignore[attr-defined]
    first = table[:, 0] / 10_000 + np.nan_to_num(table[:, 1], nan=3) / 10
    return np.column_stack([first, table[:, 2]])


@pytest.fixture(autouse=True)
def _nothing_scored() -> None:
    score.calls = []  # type: ignore[attr-defined]


def drawn(k: int, *row: float) -> Curve:
    return curve(score, FIELDS, np.array(row), k, people())


def test_a_number_is_tried_in_steps_at_its_own_value_and_at_the_ends_seen() -> None:
    ice = drawn(0, 1234, 0, 0.5)
    assert 30 < len(ice.values) <= 41
    assert (np.diff(ice.values) > 0).all()
    odd = ice.values[ice.values % 50 != 0]
    assert odd == pytest.approx([130, 1234, 2070])
    assert ice.own is not None and ice.values[ice.own] == 1234
    # A tenth of the range beyond what was seen, but nothing below 0; in whole steps.
    assert (ice.values[0], ice.values[-1]) == (0, 2250)


def test_the_curve_reaches_an_applicant_beyond_all_that_was_seen() -> None:
    assert drawn(0, 9876, 0, 0.5).values[-1] == 9876


def test_the_applicant_and_the_average_are_those_of_the_models() -> None:
    ice = drawn(0, 1000, 1, 0.25)
    assert ice.applicant[:, 0] == pytest.approx(ice.values / 10_000 + 0.1)
    assert ice.applicant[:, 1] == pytest.approx(0.25)
    picked = people()[np.linspace(0, 499, 200).round().astype(int)]
    place = np.nan_to_num(picked[:, 1], nan=3).mean() / 10
    assert ice.average[:, 0] == pytest.approx(ice.values / 10_000 + place)
    assert ice.average[:, 1] == pytest.approx(picked[:, 2].mean())


def test_everything_is_scored_in_one_call() -> None:
    ice = drawn(0, 1000, 1, 0.25)
    assert score.calls == [201 * len(ice.values)]  # type: ignore[attr-defined]


def test_a_choice_is_tried_whole_and_not_stated() -> None:
    ice = drawn(1, 1000, np.nan, 0.5)
    assert ice.values == pytest.approx([0, 1, 2, np.nan], nan_ok=True)
    assert ice.own == 3
    assert ice.applicant[:, 0] == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert ice.outside.tolist() == [False, False, True, False]


def test_outside_is_where_no_data_was_and_where_there_was_next_to_none() -> None:
    ice = drawn(0, 2090, 0, 0.5)
    inside = ice.values[~ice.outside]
    # 0.5 % of 500 people lie below 110 and above 2086; seen were 130 to 2070.
    assert (inside[0], inside[-1]) == (130, 2070)
    assert ice.values[ice.outside][0] < 130
    sparse = curve(score, FIELDS, np.array([2090.0, 0, 0.5]), 0, people() * [0.5, 1, 1])
    assert sparse.values[~sparse.outside].max() <= 1050


def test_a_number_that_is_not_stated_has_no_place_on_its_curve() -> None:
    ice = drawn(0, np.nan, 0, 0.5)
    assert ice.own is None
    assert not np.isnan(ice.values).any()


def test_fractions_and_fields_before_training_work() -> None:
    ice = drawn(2, 1000, 0, 0.55)
    assert ice.values == pytest.approx(
        [0, *np.arange(1, 6) / 10, 0.55, *np.arange(6, 10) / 10, 0.998, 1.0]
    )
    nobody = np.full((3, 3), np.nan)
    alone = curve(score, FIELDS, np.array([1000, 0, 0.55]), 2, nobody)
    assert (alone.values[0], alone.values[-1]) == (0, 1)
    assert alone.outside.all()


def test_a_curve_needs_a_population() -> None:
    with pytest.raises(ValueError, match="population is empty"):
        curve(score, FIELDS, np.zeros(3), 0, np.zeros((0, 3)))
