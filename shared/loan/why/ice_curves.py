"""What if: individual conditional expectation, the answers over one field, all others as they are.

For the applicant (individual conditional expectation: Goldstein et al. 2015, "Peeking Inside the
Black Box") and averaged over a population (partial dependence: Friedman 2001, "Greedy Function
Approximation").
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.loan.fields.declared import Field, Fields
from shared.loan.models.registry import Score

FloatArray = NDArray[np.float64]

EACH_GRID = 19  # even and by quantiles; with the applicant's own and both ends seen at most 41
BEYOND = 0.1  # of the range seen: how far a curve goes on where no training data was
SPARSE = (0.005, 0.995)  # quantiles outside which a population is too thin to speak of
PEOPLE = 200  # averaged over


@dataclass(frozen=True)
class Curve:
    """The answers over one field.

    Attributes:
        field: its index.
        values: (G,) what was tried, ascending, at most 41 for a number; for a choice the index of
            each, then NaN for "not stated".
        applicant: (G, M) the applicant's answers (0..1).
        average: (G, M) the mean answers of the population (0..1).
        outside: (G,) whether there was no training data, or next to none, at a value.
        own: index of the applicant's own value; None for a number that is not stated.
    """

    field: int
    values: FloatArray
    applicant: FloatArray
    average: FloatArray
    outside: NDArray[np.bool_]
    own: int | None


def curve(score: Score, fields: Fields, row: FloatArray, k: int, population: FloatArray) -> Curve:
    """The answers over one field, all from one call of the models.

    Args:
        score: the models.
        fields: in the order of the row.
        row: (F,) the applicant.
        k: index of the field.
        population: (P, F), at least one row; at most 200 of them, evenly picked, are averaged.

    Raises:
        ValueError: the population is empty.
    """
    if len(population) == 0:
        raise ValueError("The population is empty; it needs at least one row.")
    values = _values(fields[k], row[k], population[:, k])
    picked = np.linspace(0, len(population) - 1, min(PEOPLE, len(population))).round()
    people = np.concatenate([row[None], population[picked.astype(np.int64)]])
    table = np.repeat(people, len(values), axis=0)
    table[:, k] = np.tile(values, len(people))
    answers = np.asarray(score(table), dtype=np.float64).reshape(len(people), len(values), -1)
    own = np.flatnonzero((values == row[k]) | (np.isnan(values) & np.isnan(row[k])))
    return Curve(
        field=k,
        values=values,
        applicant=answers[0],
        average=answers[1:].mean(axis=0),
        outside=_outside(fields[k], values, population[:, k]),
        own=int(own[0]) if len(own) else None,
    )


def _values(field: Field, own: float, column: FloatArray) -> FloatArray:
    """What to try."""
    if field.kind == "choice":
        return np.array([*range(len(field.choices)), np.nan])
    stated = column[~np.isnan(column)]
    seen = _seen(field, stated)
    wider = BEYOND * (seen[1] - seen[0])
    # fmin and fmax pass over an applicant's value that is not stated.
    low = np.fmin(max(field.lowest, seen[0] - wider), own)
    high = np.fmax(min(field.highest, seen[1] + wider), own)
    even = np.linspace(low, high, EACH_GRID)
    dense = np.quantile(stated, np.linspace(*SPARSE, EACH_GRID)) if len(stated) else even
    steps = np.round(np.concatenate([even, dense]) / field.step) * field.step
    steps = np.round(steps, 9)  # 3 * 0.1 is not 0.3
    steps = steps[(steps >= low) & (steps <= high)]
    exact = np.array([own, *np.clip(seen, low, high)])
    return np.unique(np.concatenate([steps, exact[~np.isnan(exact)]]))


def _seen(field: Field, stated: FloatArray) -> tuple[float, float]:
    """The range of the training data; before training that of the population or what is allowed."""
    if field.seen:
        return field.seen
    if len(stated):
        return float(stated.min()), float(stated.max())
    return field.lowest, field.highest


def _outside(field: Field, values: FloatArray, column: FloatArray) -> NDArray[np.bool_]:
    """Where the training data ends or the population is sparse; a choice that nobody made."""
    stated = column[~np.isnan(column)]
    if field.kind == "choice":
        unstated = bool(np.isnan(column).any())
        return np.where(np.isnan(values), not unstated, ~np.isin(values, stated))
    if len(stated) == 0:
        return np.ones(len(values), dtype=np.bool_)
    seen = _seen(field, stated)
    low, high = np.quantile(stated, SPARSE)
    return np.asarray((values < max(low, seen[0])) | (values > min(high, seen[1])))
