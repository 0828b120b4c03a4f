"""What would change the answer: the smallest changes after which both models approve.

Counterfactual explanations (Wachter, Mittelstadt and Russell 2018, "Counterfactual Explanations
without Opening the Black Box"), several and different ones (Mothilal, Sharma and Tan 2020,
"Explaining Machine Learning Classifiers through Diverse Counterfactual Explanations"). Found by
trying, not by following gradients: all changes of one, two or three fields on a grid of steps. The
cheapest is the cheapest of that grid, and "out of reach" means that nothing on it is enough. The
grid has every step for one field (beyond 500 steps ever wider ones) and fewer, close together near
the applicant's own value, for several at once; around what was found the steps between are tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shared.loan.fields.declared import Fields
from shared.loan.models.score import Score
from shared.loan.why.trials import Trials, closer_trials, every_trial, reach

FloatArray = NDArray[np.float64]

NEAR = 0.005  # of a probability: answers as close as this count as equally near to an approval


@dataclass(frozen=True)
class Suggestion:
    """Changes that belong together.

    Attributes:
        changes: index of the field, the value it has and the value to change it to.
        probabilities: (M,) of approval after the changes (0..1), one a model.
        cost: of the changes (`shared.loan.why.ladder.cost`), with 0.1 for each field that changes.
    """

    changes: tuple[tuple[int, float, float], ...]
    probabilities: FloatArray
    cost: float


@dataclass(frozen=True)
class Advice:
    """What would make both models approve.

    Attributes:
        kind: "already" when they do, "found", or "out of reach".
        changes: the suggestions, the cheapest first; empty unless found.
        best: when out of reach, the changes that bring the model that is furthest from its
            threshold as near as can be; None when no change brings it noticeably nearer.
    """

    kind: Literal["already", "found", "out of reach"]
    changes: tuple[Suggestion, ...] = ()
    best: Suggestion | None = None


def advise(
    score: Score, fields: Fields, row: FloatArray, threshold: tuple[float, ...], most: int = 3
) -> Advice:
    """The smallest changes that turn all models, different from each other.

    Three calls of the models at most: for the applicant, for the grid, and for the finer steps
    around what was found. A suggestion is the cheapest change of its fields, and no cheaper one
    makes do with some of them. Protected fields and those that are not stated never change.

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
    within = reach(fields, row)
    if not within.ladders:
        return Advice("out of reach")
    trials = every_trial(fields, row, within)
    answers = np.asarray(score(trials.table), dtype=np.float64)
    found = _cheapest(trials, answers, limits, most)
    if not found:
        margin = float((now - limits).min())
        return Advice("out of reach", best=_best(row, trials, answers, limits, margin))
    finer = closer_trials(fields, row, within, trials, found)
    final = np.asarray(score(finer.table), dtype=np.float64)
    exact = [_suggestion(row, finer, final, k) for k in _cheapest(finer, final, limits, most)]
    # A model that rounds differently in another batch may lose what lies on its threshold.
    return Advice("found", tuple(exact or [_suggestion(row, trials, answers, k) for k in found]))


def _cheapest(trials: Trials, answers: FloatArray, limits: FloatArray, most: int) -> list[int]:
    """The cheapest approvals, none of which changes all that a cheaper one changes."""
    passing = np.flatnonzero((answers >= limits).all(axis=1))
    passing = passing[np.argsort(trials.costs[passing], kind="stable")]
    first = np.unique(trials.sets[passing], return_index=True)[1]
    chosen: list[int] = []
    for k in passing[np.sort(first)]:
        if all(trials.sets[k] & trials.sets[each] != trials.sets[each] for each in chosen):
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
