"""The applicants most like this one, and whether there are any.

The distance is Gower's (1971, "A General Coefficient of Similarity"): the mean over the fields of
how much they differ. Numbers differ by their logarithms over the population's standard deviation,
so that a million more counts as what it is; choices by 0 or 1; what is not stated differs from
what is by 0.5, and not from what is not stated either.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.loan.fields.declared import Fields

FloatArray = NDArray[np.float64]
Floats = NDArray[np.float32]

NEAREST = 5  # novelty is the mean distance to so many
CELLS = 1 << 19  # distances at once: small enough for the processor's cache
UNSTATED = 0.5  # between what is stated and what is not
CONSTANT = 1e-9  # a standard deviation up to this is rounding


@dataclass(frozen=True)
class Neighbours:
    """The nearest of a population, the nearest first.

    Attributes:
        indices: (K,) rows of the population.
        distances: (K,) 0 for an equal applicant; 1 is, on average, one standard deviation or
            another choice in every field.
    """

    indices: NDArray[np.int64]
    distances: FloatArray


@dataclass(frozen=True)
class Points:
    """Applicants, prepared for being compared.

    Attributes:
        numbers: (N,) each number on its scale.
        marks: (N, K) a mark for each choice that was made.
        made: (N,) how many were.
    """

    numbers: tuple[Floats, ...]
    marks: Floats
    made: Floats


@dataclass(frozen=True)
class Crowd:
    """A population, prepared once for being compared with: each number is divided by its scale."""

    fields: Fields
    scales: tuple[float, ...]
    points: Points

    def __len__(self) -> int:
        """How many there are."""
        return len(self.points.made)

    def distances(self, table: FloatArray) -> Floats:
        """(N, P) of each row of (N, F) applicants to each of the population."""
        ours = _points(self.fields, self.scales, table)
        return _distances(ours, self.points, len(self.fields))


def crowd(fields: Fields, population: FloatArray) -> Crowd:
    """Prepare a population (P, F), whose columns are these fields, for being compared with."""
    scales = _scales(fields, population)
    return Crowd(fields, scales, _points(fields, scales, population))


def nearest(people: Crowd, row: FloatArray, count: int = NEAREST) -> Neighbours:
    """The applicants of a population that are most like one.

    Args:
        people: the population.
        row: (F,) the applicant.
        count: how many, at most P.

    Raises:
        ValueError: the population has fewer than `count` rows.
    """
    _check(people, count)
    distances = people.distances(row[None])[0]
    indices = np.argsort(distances, kind="stable")[:count]
    return Neighbours(indices, distances[indices].astype(np.float64))


def novelty(people: Crowd, table: FloatArray) -> FloatArray:
    """How unlike all of a population applicants are, in memory that does not grow with them.

    Of rows that are in the population themselves it is too low: each is its own nearest.

    Args:
        people: the population.
        table: (N, F).

    Returns:
        (N,) mean distances to the five nearest.

    Raises:
        ValueError: the population has fewer than five rows.
    """
    _check(people, NEAREST)
    means = np.empty(len(table))
    at_once = max(1, CELLS // len(people))
    for start in range(0, len(table), at_once):
        part = slice(start, start + at_once)
        means[part] = _mean_of_nearest(people.distances(table[part]))
    return means


def _check(people: Crowd, count: int) -> None:
    if len(people) < count:
        raise ValueError(f"{count} neighbours are asked for, the population has {len(people)}.")


def _mean_of_nearest(distances: Floats) -> FloatArray:
    """(N,) mean of the smallest of each row; partly sorted, which is enough."""
    smallest = np.partition(distances, NEAREST - 1, axis=1)[:, :NEAREST]
    return np.asarray(smallest.mean(axis=1, dtype=np.float64))


def _scales(fields: Fields, population: FloatArray) -> tuple[float, ...]:
    """What each number is divided by; 1 where nothing varies."""
    scales = []
    for field, column in zip(fields, population.T, strict=True):
        stated = _log(column[~np.isnan(column)])
        spread = float(stated.std()) if field.kind == "number" and len(stated) else 0.0
        scales.append(spread if spread > CONSTANT else 1.0)
    return tuple(scales)


def _points(fields: Fields, scales: tuple[float, ...], table: FloatArray) -> Points:
    numbers, marks = [], [np.zeros((len(table), 0), dtype=np.bool_)]
    for field, scale, column in zip(fields, scales, table.T, strict=True):
        if field.kind == "number":
            numbers.append((_log(column) / scale).astype(np.float32))
        else:
            marks.append(column[:, None] == np.arange(len(field.choices)))
    made = np.concatenate(marks, axis=1).astype(np.float32)
    return Points(tuple(numbers), made, made.sum(axis=1))


def _distances(ours: Points, theirs: Points, count: int) -> Floats:
    """(N, P) of each to each, over so many fields."""
    # Of one field: both stated, 1/2 + 1/2, less 1 where the choice is the same; one stated, 1/2;
    # none stated, 0. Written so, all choices of all pairs are one product of matrices.
    total = -(ours.marks @ theirs.marks.T)
    total += UNSTATED * ours.made[:, None]
    total += UNSTATED * theirs.made
    for one, other in zip(ours.numbers, theirs.numbers, strict=True):
        total += _gaps(one, other)
    total /= np.float32(count)
    return total


def _gaps(ours: Floats, theirs: Floats) -> Floats:
    """(N, P) how much two columns differ."""
    gaps = ours[:, None] - theirs
    np.abs(gaps, out=gaps)
    ours_unstated, theirs_unstated = np.isnan(ours), np.isnan(theirs)
    gaps[ours_unstated] = UNSTATED
    gaps[:, theirs_unstated] = UNSTATED
    gaps[np.ix_(ours_unstated, theirs_unstated)] = 0
    return gaps


def _log(column: FloatArray) -> FloatArray:
    """log1p of the size, with the sign kept."""
    return np.asarray(np.sign(column) * np.log1p(np.abs(column)))
