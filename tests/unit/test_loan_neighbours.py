"""Distances between applicants, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from shared.loan.fields.declared import FIELDS, YES_NO, Field, Fields
from shared.loan.why import neighbours as module
from shared.loan.why.neighbours import crowd, nearest, novelty

Array = np.ndarray
TWO: Fields = (
    Field("income", "I", "", "", "number", highest=100),
    Field("free", "F", "", "", "choice", choices=YES_NO),
)
E1 = np.e - 1  # log1p is 1
# The logarithms 0, 0, 1, 1, 1, 1 and 0, 0 have the standard deviation 1/2.
PEOPLE = np.array([[0, 0], [0, 1], [E1, 0], [E1, 1], [E1, np.nan], [E1, 1], [0, 1], [0, np.nan]])


def random_table(count: int, seed: int) -> Array:
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 2, (count, len(FIELDS))).astype(np.float64)
    table[:, :4] = rng.lognormal(8, 1, (count, 4))
    table[rng.random(table.shape) < 0.1] = np.nan
    return table


def one_by_one(population: Array, row: Array) -> Array:
    """The definition, written out."""
    scales = np.nanstd(np.log1p(population), axis=0)
    distances = []
    for other in population:
        total = 0.0
        for k, field in enumerate(FIELDS):
            if np.isnan(row[k]) or np.isnan(other[k]):
                total += 0.5 * (np.isnan(row[k]) != np.isnan(other[k]))
            elif field.kind == "number":
                total += abs(np.log1p(row[k]) - np.log1p(other[k])) / scales[k]
            else:
                total += row[k] != other[k]
        distances.append(total / len(FIELDS))
    return np.array(distances)


def test_distances_are_means_over_the_fields() -> None:
    near = nearest(crowd(TWO, PEOPLE), np.array([0.0, 0.0]), 8)
    # Itself; not stated 0.5 / 2; another choice 1 / 2; two deviations 2 / 2; both.
    assert near.indices.tolist() == [0, 7, 1, 6, 2, 4, 3, 5]
    assert near.distances == pytest.approx([0, 0.25, 0.5, 0.5, 1, 1.25, 1.5, 1.5])


def test_not_stated_is_like_not_stated() -> None:
    near = nearest(crowd(TWO, PEOPLE), np.array([np.nan, np.nan]), 3)
    assert near.indices.tolist() == [4, 7, 0]
    assert near.distances == pytest.approx([0.25, 0.25, 0.5])


def test_novelty_is_the_mean_distance_to_the_five_nearest() -> None:
    assert novelty(crowd(TWO, PEOPLE), np.array([[0.0, 0.0]]))[0] == pytest.approx(2.25 / 5)


def test_all_fields_together_are_as_defined() -> None:
    people, row = random_table(60, 1), random_table(1, 2)[0]
    expected = np.sort(one_by_one(people, row))
    assert nearest(crowd(FIELDS, people), row, 9).distances == pytest.approx(expected[:9], abs=1e-5)


def test_many_in_blocks_are_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    people, table = random_table(60, 1), random_table(11, 3)
    monkeypatch.setattr(module, "CELLS", 200)  # three rows at once
    expected = [np.sort(one_by_one(people, row))[:5].mean() for row in table]
    assert novelty(crowd(FIELDS, people), table) == pytest.approx(expected, abs=1e-5)


def test_an_applicant_unlike_all_is_far_from_all() -> None:
    people = random_table(200, 1)
    strange = random_table(1, 4)
    usual = novelty(crowd(FIELDS, people), random_table(50, 5)).max()
    strange[0, :4] = 1e9
    assert novelty(crowd(FIELDS, people), strange)[0] > 2 * usual


def test_a_field_that_never_varies_and_a_twelfth_one_count() -> None:
    fields = (*FIELDS, Field("pets", "P", "", "", "number", lowest=-5, highest=9))
    people = np.column_stack([random_table(60, 1), np.full(60, 0.1)])
    row = people[0].copy()
    assert nearest(crowd(fields, people), row, 1).distances == pytest.approx([0])
    row[11] = -3.0
    # log1p(0.1) above 0, and log1p(3) below it.
    expected = (np.log(1.1) + np.log(4)) / 12
    assert nearest(crowd(fields, people), row, 1).distances == pytest.approx([expected], abs=1e-6)


def test_more_neighbours_than_people_are_refused() -> None:
    with pytest.raises(ValueError, match="9 neighbours are asked for, the population has 8"):
        nearest(crowd(TWO, PEOPLE), np.zeros(2), 9)
    with pytest.raises(ValueError, match="5 neighbours"):
        novelty(crowd(TWO, PEOPLE[:4]), np.zeros((1, 2)))
