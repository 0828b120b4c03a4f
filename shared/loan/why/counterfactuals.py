"""What would change the answer: the smallest changes after which all models approve.

Counterfactual explanations (Wachter, Mittelstadt and Russell 2018, "Counterfactual Explanations
without Opening the Black Box"), several and different ones (Mothilal, Sharma and Tan 2020,
"Explaining Machine Learning Classifiers through Diverse Counterfactual Explanations"). Found by
trying, not by following gradients: all changes of one, two or three fields on a grid of steps. The
cheapest is the cheapest of that grid, and "out of reach" means that nothing on it is enough. The
grid has every step for one field (beyond 500 steps ever wider ones) and fewer, close together near
the applicant's own value, for several at once; around the cheapest the steps between are tried.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shared.loan.fields.declared import Fields
from shared.loan.models.registry import Score
from shared.loan.why.action_set import Actions, action_set, cost, thinned

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Sides = dict[int, tuple[FloatArray, ...]]  # what to try for a field, a direction apart
Values = dict[int, FloatArray]  # what to try for each field that changes

TOGETHER = (1, 2, 3)  # how many fields change at once
TRIALS = 4096  # for two and for three of these: bounds what is scored
PENALTY = 0.1  # for each field that changes: one more must save a tenth elsewhere
NEAR = 0.005  # of a probability: answers as close as this count as equally near to an approval


@dataclass(frozen=True)
class Suggestion:
    """Changes that belong together.

    Attributes:
        changes: index of the field, the value it has and the value to change it to.
        probabilities: (M,) of approval after the changes (0..1), one a model.
        cost: of the changes (`action_set.cost`), with 0.1 for each field that changes.
    """

    changes: tuple[tuple[int, float, float], ...]
    probabilities: FloatArray
    cost: float


@dataclass(frozen=True)
class Advice:
    """What would make all models approve.

    Attributes:
        kind: "already" when they do, "found", or "out of reach".
        changes: the suggestions, the cheapest first; empty unless found.
        best: when out of reach, the changes that bring the model that is furthest from its
            threshold as near as can be; None when no change brings it noticeably nearer.
    """

    kind: Literal["already", "found", "out of reach"]
    changes: tuple[Suggestion, ...] = ()
    best: Suggestion | None = None


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
    """What an applicant can change, by field, and grids of what to try for one to three fields."""

    actions: dict[int, Actions]
    grids: tuple[Sides, ...]


def advise(
    score: Score, fields: Fields, row: FloatArray, threshold: tuple[float, ...], most: int = 3
) -> Advice:
    """The smallest changes that turn all models, different from each other.

    Three calls of the models at most: for the applicant, for the grid, and for the finer steps
    around the cheapest approvals. A suggestion is the cheapest change of its fields, and no cheaper
    one makes do with some of them. Protected fields and those that are not stated never change.

    Args:
        score: the models.
        fields: in the order of the row.
        row: (F,) the applicant.
        threshold: of each model; it approves from this probability (0..1) on.
        most: how many suggestions at most.
    """
    limits = np.array(threshold)
    now = np.asarray(score(row[None]), dtype=np.float64)[0]
    if (now >= limits).all():
        return Advice("already")
    reach = _reach(fields, row)
    if not reach.actions:
        return Advice("out of reach")
    trials = _every_trial(fields, row, reach)
    answers = np.asarray(score(trials.table), dtype=np.float64)
    cheapest = _cheapest(trials, answers, limits, most)
    if not cheapest:
        margin = float((now - limits).min())
        return Advice("out of reach", best=_best(row, trials, answers, limits, margin))
    finer = _closer_trials(fields, row, reach, trials, cheapest)
    final = np.asarray(score(finer.table), dtype=np.float64)
    exact = [_suggestion(row, finer, final, k) for k in _cheapest(finer, final, limits, most)]
    # A model that rounds differently in another batch may lose what lies on its threshold.
    coarse = [_suggestion(row, trials, answers, k) for k in cheapest]
    return Advice("found", tuple(exact or coarse))


def _cheapest(trials: Trials, answers: FloatArray, limits: FloatArray, most: int) -> list[int]:
    """The cheapest approvals, none of which changes all that a cheaper one changes."""
    passing = np.flatnonzero((answers >= limits).all(axis=1))
    passing = passing[np.argsort(trials.costs[passing], kind="stable")]
    first = np.unique(trials.sets[passing], return_index=True)[1]
    chosen: list[int] = []
    for k in passing[np.sort(first)]:
        # With sets as bits, a & b == b says that a changes all that b changes.
        if all(trials.sets[k] & trials.sets[one] != trials.sets[one] for one in chosen):
            chosen.append(int(k))
    return chosen[:most]


def _best(
    row: FloatArray, trials: Trials, answers: FloatArray, limits: FloatArray, now: float
) -> Suggestion | None:
    """The cheapest of what comes nearest to an approval by all."""
    margins = (answers - limits).min(axis=1)
    if margins.max() <= now + NEAR:
        return None
    near = np.flatnonzero(margins >= margins.max() - NEAR)
    return _suggestion(row, trials, answers, int(near[np.argmin(trials.costs[near])]))


def _suggestion(row: FloatArray, trials: Trials, answers: FloatArray, k: int) -> Suggestion:
    changed = [j for j in range(len(row)) if trials.sets[k] >> j & 1]
    changes = tuple((j, float(row[j]), float(trials.table[k, j])) for j in changed)
    return Suggestion(changes, answers[k], float(trials.costs[k]))


def _reach(fields: Fields, row: FloatArray) -> Reach:
    """What an applicant can change, fine for one field and coarser for several at once."""
    actions = {action.field: action for action in action_set(fields, row)}
    alone = {k: action.sides for k, action in actions.items()}
    pairs = {k: action.coarse(_room(len(actions), 2)) for k, action in actions.items()}
    # Each grid is part of the one before: otherwise a change that does nothing could look cheaper
    # than leaving it out.
    room = _room(len(actions), 3)
    triples = {
        k: tuple(thinned(side, max(room // len(sides), 1)) for side in sides)
        for k, sides in pairs.items()
    }
    return Reach(actions, (alone, pairs, triples))


def _room(count: int, together: int) -> int:
    """How many values a field may have for all combinations to stay within the bound."""
    sets = max(comb(count, together), 1)
    return max(2, int((TRIALS / sets) ** (1 / together)))


def _every_trial(fields: Fields, row: FloatArray, reach: Reach) -> Trials:
    """All changes of one, two and three fields."""
    return _joined(_product(fields, row, values) for values in _combinations(reach))


def _combinations(reach: Reach) -> Iterator[Values]:
    """Each set of fields with what to try for them."""
    for together, sides_of in zip(TOGETHER, reach.grids, strict=True):
        grid = {k: np.concatenate(sides) for k, sides in sides_of.items()}
        for changed in combinations(grid, together):
            yield {k: grid[k] for k in changed}


def _closer_trials(
    fields: Fields, row: FloatArray, reach: Reach, trials: Trials, cheapest: list[int]
) -> Trials:
    """Around each of the cheapest: every step up to its neighbours on the grid, itself included."""
    boxes = (_box(trials.table[k], int(trials.sets[k]), reach) for k in cheapest)
    return _joined(_product(fields, row, values) for values in boxes)


def _box(trial: FloatArray, changed: int, reach: Reach) -> Values:
    """Every step between the grid's next smaller and next larger values around a trial."""
    fields = [k for k in reach.actions if changed >> k & 1]
    grid, room = reach.grids[len(fields) - 1], _room(len(fields), len(fields))
    values = {}
    for k in fields:
        action, value = reach.actions[k], float(trial[k])
        side = next(side for side in grid[k] if value in side)
        at = int(np.flatnonzero(side == value)[0])
        nearer = float(side[at - 1]) if at else action.own
        farther = float(side[min(at + 1, len(side) - 1)])
        values[k] = np.union1d(thinned(action.between(nearer, farther), room), value)
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
    columns = zip(*((part.table, part.sets, part.costs) for part in parts), strict=True)
    return Trials(*(np.concatenate(column) for column in columns))
