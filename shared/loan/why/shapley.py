"""What each field contributes to each model's answer: exact Shapley values.

Shapley 1953, "A Value for n-Person Games"; Lundberg and Lee 2017, "A Unified Approach to
Interpreting Model Predictions". A coalition is a set of fields; it is worth the mean answer over a
background in which those fields are set to the applicant's values (interventional: Janzing,
Minorics and Bloebaum 2020, "Feature relevance quantification in explainable AI"). Every coalition
counts, none is sampled, so the values add up to the answer. Shapley values are also linear in the
model, so the difference of two models' answers divides among the fields in the same way.
"""

from dataclasses import dataclass
from functools import cache
from math import factorial

import numpy as np
from numpy.typing import NDArray

from shared.loan.fields.declared import Fields
from shared.loan.models.registry import Score

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_FIELDS = 16  # coalitions double with each field
ROWS_AT_ONCE = 32_768  # scored in one call; bounds the memory
ENOUGH = 0.6  # of a difference: no more fields are named once those named explain this much
MOST_CAUSES = 3
LEAST = 0.1  # of a difference: a field below it is not a cause
EQUAL = 1e-6  # answers closer than this are the same


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


@dataclass(frozen=True)
class Cause:
    """A field that pulls the answers apart.

    Attributes:
        field: its index.
        name: its name in the API.
        points: by how much more it raises the first model's probability than the second's (-1..1);
            it has the sign of the first answer minus the second.
    """

    field: int
    name: str
    points: float


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
    masks = np.arange(2 ** len(used))  # as numbers: bit j says whether used[j] is the applicant's
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
    for rows in lookup:  # one background row at a time: (B, 2**U, M) at once would be large
        total += scores[rows]
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
        origin, coalition = (column[start : start + ROWS_AT_ONCE] for column in mixtures)
        ours = ((coalition[:, None] >> np.arange(len(used))) & 1).astype(np.bool_)
        table = np.repeat(row[None], len(origin), axis=0)
        table[:, used] = np.where(ours, row[used], background[:, used][origin])
        parts.append(np.asarray(score(table), dtype=np.float64))
    return np.concatenate(parts)


@cache
def _weights(count: int) -> FloatArray:
    """(U, 2**U): a field's value is its row times the worths of the coalitions.

    Let the fields join one after the other, in every possible order. A field's value is the mean,
    over the orders, of what the answer changes when it joins. In s! (n - s - 1)! of the n! orders
    exactly the s fields of a given coalition have joined before it: so much that coalition counts,
    positive with the field and negative without it.
    """
    masks = np.arange(2**count)
    member = (masks >> np.arange(count)[:, None]) & 1 == 1
    others = member.sum(axis=0) - member if count else member
    table = [factorial(s) * factorial(count - s - 1) / factorial(count) for s in range(count)]
    weight = np.array(table)[others] if count else np.zeros((0, 1))
    return np.where(member, weight, -weight)


def why_they_differ(contributions: Contributions, fields: Fields) -> tuple[Cause, ...]:
    """The fewest fields that explain most of the difference of two models.

    The difference of two answers is that of their bases plus, field by field, the difference of the
    values (linearity: Shapley 1953). Only fields that pull the way in which the answers differ are
    named, the largest first.

    Args:
        contributions: of two models.
        fields: in the order of the values.

    Returns:
        At most three. None when the answers are equal, or when they differ by their bases or by
        many small things and no field stands out. Three may explain less than most.

    Raises:
        ValueError: the contributions are not of two models.
    """
    if contributions.values.shape[1] != 2:
        models = contributions.values.shape[1]
        raise ValueError(f"Two models can be compared, the contributions are of {models}.")
    total = float(contributions.answer[0] - contributions.answer[1])
    if abs(total) < EQUAL:
        return ()
    gaps = contributions.values[:, 0] - contributions.values[:, 1]
    shares = gaps / total
    causes: list[Cause] = []
    explained = 0.0
    for k in np.argsort(-shares, kind="stable")[:MOST_CAUSES]:
        if explained >= ENOUGH or shares[k] < LEAST:
            break
        causes.append(Cause(int(k), fields[k].name, float(gaps[k])))
        explained += float(shares[k])
    return tuple(causes)
