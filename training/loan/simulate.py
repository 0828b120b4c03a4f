"""Applicants that never were, but might have applied.

A Gaussian copula (Nelsen 2006) over all fields and over what was left out: the training data's
ranks become normal scores, their correlations are drawn from, and the draws go back through
smoothed margins. The outcome is drawn from what the models say. No simulated applicant is a row of
the data: those that would be are drawn again.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from shared.loan.fields.declared import Field, Fields

Table = NDArray[np.float64]
FEW = 12  # a number with no more distinct values than this is drawn from them
LEVELS = np.linspace(0.01, 0.99, 25)  # quantiles that a margin is drawn through; no row's own value
SHRINK = 0.05  # of the correlations towards none: few rows, many pairs
TWO_DIGITS = 2  # significant digits of a drawn amount


@dataclass(frozen=True)
class Copula:
    """What is drawn from.

    Attributes:
        fields: the columns.
        root: (2F, 2F) Cholesky root of the correlations; the last F columns are "not stated".
        margins: for each field, from (P,) uniform draws to (P,) values.
        missing: (F,) share of rows that did not state the field.
    """

    fields: Fields
    root: NDArray[np.float64]
    margins: tuple[Callable[[NDArray[np.float64]], NDArray[np.float64]], ...]
    missing: NDArray[np.float64]


def fit_copula(fields: Fields, table: Table, seed: int) -> Copula:
    """Fit to a table (N, F), NaN for "not stated"; the seed breaks ties between equal values."""
    rng = np.random.default_rng(seed)
    left_out = np.isnan(table)
    columns = [_scores(column, rng) for column in np.hstack([table, left_out]).T]
    spread = np.cov(np.array(columns)) + 1e-9 * np.eye(len(columns))
    deviation = np.sqrt(np.diag(spread))
    together = (1 - SHRINK) * spread / np.outer(deviation, deviation)
    np.fill_diagonal(together, 1.0)
    margins = tuple(_margin(field, column) for field, column in zip(fields, table.T, strict=True))
    return Copula(fields, np.linalg.cholesky(together), margins, left_out.mean(axis=0))


def _scores(column: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Normal scores of ranks; ties in random order, what was not stated in the middle."""
    known = ~np.isnan(column)
    scores = np.zeros(len(column))
    order = np.lexsort((rng.random(known.sum()), column[known]))
    ranks = np.empty(len(order))
    ranks[order] = np.arange(1, len(order) + 1)
    scores[known] = norm.ppf(ranks / (len(order) + 1))
    return scores


def _margin(
    field: Field, column: NDArray[np.float64]
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    known = column[~np.isnan(column)]
    values, counts = np.unique(known, return_counts=True)
    if field.kind == "choice" or len(values) <= FEW:
        ends = np.cumsum(counts) / counts.sum()
        return lambda draws: values[np.searchsorted(ends, draws).clip(max=len(values) - 1)]
    nothing = float((known == 0).mean())
    levels = np.log(np.quantile(known[known > 0], LEVELS))

    def draw(draws: NDArray[np.float64]) -> NDArray[np.float64]:
        among = ((draws - nothing) / (1 - nothing)).clip(LEVELS[0], LEVELS[-1])
        amounts = two_digits(np.exp(np.interp(among, LEVELS, levels)))
        return np.where(draws < nothing, 0.0, amounts.clip(field.lowest, field.highest))

    return draw


def two_digits(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Amounts above 0 as people say them: two significant digits."""
    unit = 10.0 ** (np.floor(np.log10(values)) - TWO_DIGITS + 1)
    return np.asarray(np.round(values / unit) * unit)


def draw_applicants(copula: Copula, count: int, apart_from: Table, seed: int) -> Table:
    """(count, F) drawn applicants, NaN for "not stated"; none of them is a row of `apart_from`."""
    rng = np.random.default_rng(seed)
    taken = {row.tobytes() for row in np.nan_to_num(apart_from, nan=-1.0)}
    applicants: list[NDArray[np.float64]] = []
    while len(applicants) < count:
        drawn = _draw(copula, count, rng)
        keys = np.nan_to_num(drawn, nan=-1.0)
        pairs = zip(drawn, keys, strict=True)
        applicants += [row for row, key in pairs if key.tobytes() not in taken]
    return np.array(applicants[:count])


def _draw(copula: Copula, count: int, rng: np.random.Generator) -> Table:
    width = len(copula.fields)
    draws = norm.cdf(rng.standard_normal((count, 2 * width)) @ copula.root.T)
    columns = [margin(draws[:, k]) for k, margin in enumerate(copula.margins)]
    drawn = np.column_stack(columns).astype(np.float64)
    drawn[draws[:, width:] > 1 - copula.missing] = np.nan
    return drawn
