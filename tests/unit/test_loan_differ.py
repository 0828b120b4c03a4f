"""The fewest fields that pull two answers apart are named."""

from __future__ import annotations

import numpy as np
import pytest

from shared.loan.fields.declared import FIELDS, Field, Fields
from shared.loan.why.shapley import Cause, Contributions, why_they_differ

TWELVE: Fields = (*FIELDS, Field("pets", "Pets", "Pets", "How many.", "number", highest=9))


def differing(gaps: dict[int, float], base: float = 0.0) -> Contributions:
    """Contributions whose first model gets so much more from each field than the second."""
    values = np.full((len(TWELVE), 2), 0.01)
    for k, gap in gaps.items():
        values[k] += [gap / 2, -gap / 2]
    bases = np.array([0.5 + base, 0.5])
    return Contributions(bases, values, bases + values.sum(axis=0))


def named(gaps: dict[int, float], base: float = 0.0) -> list[tuple[int, float]]:
    causes = why_they_differ(differing(gaps, base), TWELVE)
    return [(cause.field, round(cause.points, 6)) for cause in causes]


def test_one_field_that_explains_most_is_named_alone() -> None:
    assert named({4: 0.14, 0: 0.06}) == [(4, 0.14)]


def test_as_many_as_it_takes_are_named_the_largest_first() -> None:
    assert named({0: 0.06, 4: 0.08, 5: 0.03, 6: 0.03}) == [(4, 0.08), (0, 0.06)]


def test_never_more_than_three() -> None:
    assert named(dict.fromkeys(range(6), 0.04)) == [(0, 0.04), (1, 0.04), (2, 0.04)]


def test_points_have_the_sign_of_the_difference() -> None:
    assert named({2: -0.2, 0: 0.05}) == [(2, -0.2)]


def test_a_field_that_pulls_the_other_way_is_no_cause() -> None:
    assert named({2: 0.2, 0: -0.15}) == [(2, 0.2)]


def test_bases_and_small_things_have_no_field_to_name() -> None:
    assert named({0: 0.005}, base=0.1) == []
    assert named(dict.fromkeys(range(12), 0.01)) == []


def test_equal_answers_have_no_causes() -> None:
    assert named({0: 0.1, 1: -0.1}) == []


def test_a_twelfth_field_is_named_like_any_other() -> None:
    assert why_they_differ(differing({11: 0.2}), TWELVE) == (Cause(11, "pets", pytest.approx(0.2)),)


def test_three_models_cannot_be_compared() -> None:
    three = Contributions(np.zeros(3), np.zeros((12, 3)), np.zeros(3))
    with pytest.raises(ValueError, match="are of 3"):
        why_they_differ(three, TWELVE)
