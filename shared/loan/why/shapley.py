"""What each field contributes to each model's answer: exact Shapley values.

Shapley 1953, "A Value for n-Person Games"; Lundberg and Lee 2017, "A Unified Approach to
Interpreting Model Predictions". A coalition is a set of fields; it is worth the mean answer over a
background in which those fields are set to the applicant's values (interventional: Janzing,
Minorics and Bloebaum 2020, "Feature relevance quantification in explainable AI"). Every coalition
counts, none is sampled, so the values add up to the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import factorial

import numpy as np
from numpy.typing import NDArray

from shared.loan.models.score import Score

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_FIELDS = 16  # coalitions double with each field
ROWS_AT_ONCE = 32_768  # scored in one call; bounds the memory


@dataclass(frozen=True)
class Contributions:
    """Where the answers for one applicant come from.

    Attributes:
        base: (M,) mean answer for the background (0..1), one a model.
        values: (F, M) what each field adds to it (-1..1); exactly 0 for a field that is not used.
        answer: (M,) answer for the applicant (0..1); base plus all values.
    """

    base: FloatArray
    values: FloatArray
    answer: FloatArray


def shapley(
    score: Score, row: FloatArray, background: FloatArray, used: tuple[int, ...]
) -> Contributions:
    """Exact interventional Shapley values, for all models at once.

    Where a background row agrees with the applicant ("not stated" agrees with "not stated"), a
    field makes no difference to that row, so only mixtures that differ are scored; the others are
    looked up. The result is that of scoring all of them.

    Args:
        score: the models.
        row: (F,) the applicant.
        background: (B, F), at least one row; each weighs the same.
        used: indices of the fields that the models use.

    Returns:
        Contributions that add up to the answer within the rounding of float64.

    Raises:
        ValueError: there is no background, or too many fields for all coalitions.
    """
    if len(used) > MOST_FIELDS:
        raise ValueError(f"{len(used)} fields are too many, at most {MOST_FIELDS} can be used.")
    if len(background) == 0:
        raise ValueError("The background is empty; it needs at least one row.")
    worths = _worths(score, row, background, np.array(used, dtype=np.int64))
    values = np.zeros((len(row), worths.shape[1]))
    values[list(used)] = _weights(len(used)) @ worths
    return Contributions(base=worths[0], values=values, answer=worths[-1])


def _worths(score: Score, row: FloatArray, background: FloatArray, used: IntArray) -> FloatArray:
    """What each coalition is worth, (2**U, M); bit j of its number stands for the field used[j]."""
    masks = np.arange(2 ** len(used))
    differing = _differing(row, background, used)[:, None]
    # Where all that differs is set, the mixture is the applicant: scored once, as row 0.
    distinct = ((masks & ~differing) == 0) & (masks != differing)
    origin, coalition = np.nonzero(distinct)
    positions = np.zeros(distinct.shape, dtype=np.int64)
    positions[distinct] = np.arange(1, len(origin) + 1)
    mixtures = np.append(0, origin), np.append(masks[-1], coalition)
    scores = _scores(score, row, background, used, mixtures)
    lookup = np.take_along_axis(positions, masks & differing, axis=1)
    total = np.zeros((len(masks), scores.shape[1]))
    for each in lookup:  # one background row at a time: (B, 2**U, M) at once would be large
        total += scores[each]
    return np.asarray(total / len(background))


def _differing(row: FloatArray, background: FloatArray, used: IntArray) -> IntArray:
    """Which fields of each background row differ from the applicant's, (B,) as bits."""
    theirs, ours = background[:, used], row[used]
    same = (theirs == ours) | (np.isnan(theirs) & np.isnan(ours))
    return np.asarray(~same @ (1 << np.arange(len(used))), dtype=np.int64)


def _scores(
    score: Score,
    row: FloatArray,
    background: FloatArray,
    used: IntArray,
    mixtures: tuple[IntArray, IntArray],
) -> FloatArray:
    """Answers for mixtures, (N, M): of background rows, each with a coalition of the applicant."""
    parts = []
    for start in range(0, len(mixtures[0]), ROWS_AT_ONCE):
        origin, coalition = (each[start : start + ROWS_AT_ONCE] for each in mixtures)
        ours = ((coalition[:, None] >> np.arange(len(used))) & 1).astype(np.bool_)
        table = np.repeat(row[None], len(origin), axis=0)
        table[:, used] = np.where(ours, row[used], background[:, used][origin])
        parts.append(np.asarray(score(table), dtype=np.float64))
    return np.concatenate(parts)


@cache
def _weights(count: int) -> FloatArray:
    """(U, 2**U): a field's value is its row times the worths of the coalitions.

    With n fields, a coalition of s others weighs s! (n - s - 1)! / n!, positive for the coalition
    with the field and negative for the one without.
    """
    masks = np.arange(2**count)
    member = (masks >> np.arange(count)[:, None]) & 1 == 1
    others = member.sum(axis=0) - member if count else member
    table = [factorial(s) * factorial(count - s - 1) / factorial(count) for s in range(count)]
    weight = np.array(table)[others] if count else np.zeros((0, 1))
    return np.where(member, weight, -weight)
