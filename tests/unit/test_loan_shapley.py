"""Exact Shapley values, against numbers worked out by hand and against all orders of joining."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from shared.loan.why import shapley as module
from shared.loan.why.shapley import shapley

Array = np.ndarray


class Counted:
    """A score that remembers what it was asked."""

    def __init__(self, *models) -> None:
        self.models, self.tables = models, []

    def __call__(self, table: Array) -> Array:
        self.tables.append(table.copy())
        return np.column_stack([model(table) for model in self.models])

    @property
    def rows(self) -> int:
        return sum(len(table) for table in self.tables)


def both(table: Array) -> Array:
    return table[:, 0] * table[:, 1]


def wavy(table: Array) -> Array:
    """Every field works together with others; what is not stated counts as well."""
    filled = np.where(np.isnan(table), 1.7, table)
    turned = filled * np.arange(1, table.shape[1] + 1)
    return 1 / (1 + np.exp(-np.sin(turned).sum(axis=1) - filled[:, 0] * filled[:, -1]))


def by_all_orders(score, row: Array, background: Array) -> Array:
    """The definition: what a field adds when it joins, averaged over all orders."""
    orders = list(permutations(range(len(row))))
    values = np.zeros((len(row), score(background).shape[1]))
    for order in orders:
        mixed = background.copy()
        for k in order:
            before = score(mixed).mean(axis=0)
            mixed[:, k] = row[k]
            values[k] += (score(mixed).mean(axis=0) - before) / len(orders)
    return values


def random_case(count: int, people: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(count)
    table = rng.integers(0, 3, (people + 1, count)).astype(np.float64)
    table[rng.random(table.shape) < 0.1] = np.nan
    return table[0], table[1:]


def test_a_linear_score_gives_each_field_its_distance_from_the_mean() -> None:
    score = Counted(lambda t: 0.1 * t[:, 0] + 0.2 * t[:, 1], lambda t: 0.3 * t[:, 1])
    background = np.array([[0.0, 1.0], [2.0, 1.0]])
    parts = shapley(score, np.array([2.0, 3.0]), background, (0, 1))
    assert parts.base == pytest.approx([0.3, 0.3])
    assert parts.values == pytest.approx(np.array([[0.1, 0.0], [0.4, 0.6]]))
    assert parts.answer == pytest.approx([0.8, 0.9])


def test_two_fields_that_only_count_together_share_equally() -> None:
    parts = shapley(Counted(both), np.ones(2), np.zeros((1, 2)), (0, 1))
    assert parts.values[:, 0] == pytest.approx([0.5, 0.5])


def test_a_field_that_the_background_often_has_contributes_less() -> None:
    # Worth of nothing 0, of the first 0, of the second 1/2, of both 1.
    parts = shapley(Counted(both), np.ones(2), np.array([[0.0, 0.0], [1.0, 0.0]]), (0, 1))
    assert parts.values[:, 0] == pytest.approx([0.25, 0.75])


def test_a_field_without_influence_gets_nothing() -> None:
    parts = shapley(Counted(both), np.ones(3), np.zeros((2, 3)), (0, 1, 2))
    assert parts.values[2, 0] == pytest.approx(0, abs=1e-12)


def test_a_field_that_is_not_used_gets_exactly_nothing_and_is_not_mixed() -> None:
    score = Counted(both)
    parts = shapley(score, np.ones(3), np.zeros((4, 3)), (0, 1))
    assert parts.values[2, 0] == 0
    assert all((table[:, 2] == 1).all() for table in score.tables)


def test_no_field_used_leaves_the_answer_alone() -> None:
    parts = shapley(Counted(both), np.ones(2), np.zeros((4, 2)), ())
    assert (parts.base, parts.answer) == ([1], [1])
    assert not parts.values.any()


def test_the_values_are_those_of_all_orders_of_joining() -> None:
    row, background = random_case(5, 7)
    score = Counted(wavy, lambda t: wavy(t[:, ::-1]) ** 2)
    parts = shapley(score, row, background, tuple(range(5)))
    assert parts.values == pytest.approx(by_all_orders(score, row, background), abs=1e-12)
    assert parts.base == pytest.approx(score(background).mean(axis=0))


@pytest.mark.parametrize("count", [11, 12])
def test_base_and_values_add_up_to_the_answer(count: int) -> None:
    row, background = random_case(count, 20)
    score = Counted(wavy, lambda t: wavy(t) ** 2)
    parts = shapley(score, row, background, tuple(range(count)))
    assert parts.base + parts.values.sum(axis=0) == pytest.approx(parts.answer, abs=1e-9)
    assert parts.answer == pytest.approx(score(row[None])[0], abs=1e-12)
    assert np.abs(parts.values).min(axis=1).all()


def test_what_agrees_is_not_scored_again() -> None:
    score = Counted(lambda t: np.nan_to_num(t).sum(axis=1))
    row = np.array([1.0, np.nan, 3.0])
    background = np.array([[0.0, np.nan, 3.0], [0.0, np.nan, 0.0], row])
    parts = shapley(score, row, background, (0, 1, 2))
    # The applicant; one mixture for the first field; three for the first and the third.
    assert score.rows == 1 + 1 + 3
    assert parts.values[:, 0] == pytest.approx([2 / 3, 0, 1])


def test_many_small_calls_give_what_one_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    row, background = random_case(6, 9)
    whole = shapley(Counted(wavy), row, background, tuple(range(6)))
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 7)
    score = Counted(wavy)
    parts = shapley(score, row, background, tuple(range(6)))
    assert np.array_equal(parts.values, whole.values)
    assert len(score.tables) > 9 and max(len(table) for table in score.tables) == 7


def test_what_cannot_be_computed_is_refused() -> None:
    with pytest.raises(ValueError, match="background is empty"):
        shapley(Counted(both), np.ones(2), np.zeros((0, 2)), (0, 1))
    with pytest.raises(ValueError, match="17 fields are too many"):
        shapley(Counted(both), np.ones(17), np.zeros((1, 17)), tuple(range(17)))
