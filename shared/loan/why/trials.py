"""The changed applicants that advice tries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from shared.loan.fields.declared import Fields
from shared.loan.why.ladder import Ladder, cost, ladders, thinned

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Sides = dict[int, tuple[FloatArray, ...]]  # what to try for a field, a direction apart
Values = dict[int, FloatArray]  # what to try for each field that changes

TOGETHER = (1, 2, 3)  # how many fields change at once
TRIALS = 4096  # for two and for three of these: bounds what is scored
PENALTY = 0.1  # for each field that changes: one more must save a tenth elsewhere


@dataclass(frozen=True)
class Trials:
    """Changed applicants.

    Attributes:
        table: (N, F).
        sets: (N,) which fields changed: bit k stands for field k.
        costs: (N,) what the changes cost, with 0.1 for each field that changes.
    """

    table: FloatArray
    sets: IntArray
    costs: FloatArray


@dataclass(frozen=True)
class Reach:
    """What an applicant can change.

    Attributes:
        ladders: of each field that can be changed.
        grids: what to try for it when one, two or three fields change.
    """

    ladders: dict[int, Ladder]
    grids: tuple[Sides, ...]


def reach(fields: Fields, row: FloatArray) -> Reach:
    """What an applicant can change, fine for one field and coarser for several at once.

    Args:
        fields: in the order of the row.
        row: (F,) the applicant.
    """
    found = {each.field: each for each in ladders(fields, row)}
    alone = {k: each.sides for k, each in found.items()}
    pairs = {k: each.coarse(_room(len(found), 2)) for k, each in found.items()}
    # Each grid is part of the one before: otherwise a change that does nothing could look cheaper
    # than leaving it out.
    room = _room(len(found), 3)
    triples = {
        k: tuple(thinned(side, max(room // len(sides), 1)) for side in sides)
        for k, sides in pairs.items()
    }
    return Reach(found, (alone, pairs, triples))


def every_trial(fields: Fields, row: FloatArray, within: Reach) -> Trials:
    """All changes of one, two and three fields.

    Args:
        fields: in the order of the row.
        row: (F,) the applicant.
        within: what can be changed, at least one field.
    """
    return _joined(_product(fields, row, values) for values in _combinations(within))


def closer_trials(
    fields: Fields, row: FloatArray, within: Reach, trials: Trials, found: list[int]
) -> Trials:
    """Around each of the trials found: every step up to its neighbours on the grid.

    Args:
        fields: in the order of the row.
        row: (F,) the applicant.
        within: what can be changed.
        trials: what was tried.
        found: which of them to look around, at least one.

    Returns:
        The finer trials, those found among them.
    """
    boxes = (_box(trials.table[k], int(trials.sets[k]), within) for k in found)
    return _joined(_product(fields, row, values) for values in boxes)


def _room(count: int, together: int) -> int:
    """How many values a field may have for all combinations to stay within the bound."""
    sets = max(comb(count, together), 1)
    return max(2, int((TRIALS / sets) ** (1 / together)))


def _combinations(within: Reach) -> Iterator[Values]:
    """Each set of fields with what to try for them."""
    for together, sides in zip(TOGETHER, within.grids, strict=True):
        grid = {k: np.concatenate(each) for k, each in sides.items()}
        for changed in combinations(grid, together):
            yield {k: grid[k] for k in changed}


def _box(found: FloatArray, changed: int, within: Reach) -> Values:
    """Every step between the grid's next smaller and next larger values around what was found."""
    fields = [k for k in within.ladders if changed >> k & 1]
    grid, room = within.grids[len(fields) - 1], _room(len(fields), len(fields))
    values = {}
    for k in fields:
        ladder, value = within.ladders[k], float(found[k])
        side = next(each for each in grid[k] if value in each)
        at = int(np.flatnonzero(side == value)[0])
        nearer = float(side[at - 1]) if at else ladder.own
        farther = float(side[min(at + 1, len(side) - 1)])
        values[k] = np.union1d(thinned(ladder.between(nearer, farther), room), value)
    return values


def _product(fields: Fields, row: FloatArray, values: Values) -> Trials:
    """All combinations of the values."""
    grid = np.stack(np.meshgrid(*values.values(), indexing="ij")).reshape(len(values), -1)
    table = np.repeat(row[None], grid.shape[1], axis=0)
    costs = np.full(len(table), PENALTY * len(values))
    for k, column in zip(values, grid, strict=True):
        table[:, k] = column
        costs += cost(fields[k], float(row[k]), column)
    return Trials(table, np.full(len(table), sum(1 << k for k in values)), costs)


def _joined(parts: Iterable[Trials]) -> Trials:
    every = list(parts)
    return Trials(
        np.concatenate([each.table for each in every]),
        np.concatenate([each.sets for each in every]),
        np.concatenate([each.costs for each in every]),
    )
