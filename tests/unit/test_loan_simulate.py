"""Simulated applicants look like the data, and none of them is a row of it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from loan_applications import made_up

from shared.loan.fields.declared import FIELDS
from training.loan.simulate import draw_applicants, fit_copula, two_digits

MADE = made_up(500, seed=3)


@pytest.fixture(scope="module")
def drawn() -> np.ndarray:
    return draw_applicants(fit_copula(FIELDS, MADE.table, 0), 2000, MADE.table, 0)


def test_two_digits() -> None:
    assert two_digits(np.array([1.26, 37.4, 4960.0, 12_345.0])).tolist() == [1.3, 37, 5000, 12_000]


def test_no_simulated_applicant_is_a_row_of_the_data() -> None:
    two = FIELDS[4:6]  # of 3 x 4 answers all but two are in the data
    answers = list(itertools.product((0, 1, np.nan), (0, 1, 2, np.nan)))
    table = np.array([pair for pair in answers if pair not in ((1, 2), (0, np.nan))] * 9)
    applicants = draw_applicants(fit_copula(two, table, 0), 200, table, 0)
    assert len(applicants) == 200
    assert set(map(str, applicants.tolist())) == {"[1.0, 2.0]", "[0.0, nan]"}


def test_margins_are_those_of_the_data(drawn: np.ndarray) -> None:
    for field, ours, theirs in zip(FIELDS, drawn.T, MADE.table.T, strict=True):
        assert np.isnan(ours).mean() == pytest.approx(np.isnan(theirs).mean(), abs=0.03)
        ours, theirs = ours[~np.isnan(ours)], theirs[~np.isnan(theirs)]
        if field.kind == "choice":
            shares = [np.bincount(column.astype(int)) / len(column) for column in (ours, theirs)]
            assert shares[0] == pytest.approx(shares[1], abs=0.06)
        else:
            quartiles = [np.quantile(column, (0.25, 0.5, 0.75)) for column in (ours, theirs)]
            assert quartiles[0] == pytest.approx(quartiles[1], rel=0.15)
            assert theirs.min() <= ours.min() <= ours.max() <= theirs.max()


def test_what_goes_together_stays_together() -> None:
    table = MADE.table.copy()
    table[:, 2] = table[:, 0] / 30  # the amount follows the income
    applicants = draw_applicants(fit_copula(FIELDS, table, 0), 2000, table, 0)
    known = ~np.isnan(applicants[:, [0, 2, 3]]).any(axis=1)
    ranks = [np.argsort(np.argsort(applicants[known, k])) for k in (0, 2, 3)]
    assert np.corrcoef(ranks[0], ranks[1])[0, 1] > 0.85
    assert abs(np.corrcoef(ranks[0], ranks[2])[0, 1]) < 0.15


def test_the_same_seed_draws_the_same_applicants(drawn: np.ndarray) -> None:
    copula = fit_copula(FIELDS, MADE.table, 0)
    again = draw_applicants(copula, 2000, MADE.table, 0)
    assert np.array_equal(again, drawn, equal_nan=True)
    assert not np.array_equal(draw_applicants(copula, 2000, MADE.table, 1), drawn, equal_nan=True)
