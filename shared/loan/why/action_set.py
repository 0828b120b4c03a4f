"""What an applicant can change, and what each change costs.

This is the action set of Ustun, Spangher and Liu 2019, "Actionable Recourse in Linear
Classification": only changes that are possible, permitted and within the training data.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.loan.fields.declared import Field, Fields

FloatArray = NDArray[np.float64]

MOST_VALUES = 500  # in one direction
SOFT = 4.0  # steps added to both sides of a ratio, so that one can start from 0
ANOTHER_CHOICE = 0.7  # about what it costs to halve or double an amount
CLOSE = 1e-6  # of a step: nearer than that is the same value


@dataclass(frozen=True)
class Actions:
    """The values that one field can be changed to.

    Attributes:
        field: its index.
        own: the applicant's value.
        sides: one or two directions away from it, each (V,) with the nearest first and not empty.
    """

    field: int
    own: float
    sides: tuple[FloatArray, ...]

    def coarse(self, many: int) -> tuple[FloatArray, ...]:
        """At most so many values over all sides, close together near the applicant's own."""
        return tuple(_geometric(side, self.own, many // len(self.sides)) for side in self.sides)

    def between(self, nearer: float, farther: float) -> FloatArray:
        """All values behind one (or the applicant's own) up to another of the same side."""
        side = next(side for side in self.sides if farther in side)
        away = np.abs(side - self.own)
        return side[(away > abs(nearer - self.own)) & (away <= abs(farther - self.own))]


def action_set(fields: Fields, row: FloatArray) -> tuple[Actions, ...]:
    """The fields that the applicant can change, each with the values within reach.

    Never a protected field, nor one that is not stated. A number moves in whole steps in the
    directions that its field permits, within what it can be and within the training data.

    Args:
        fields: in the order of the row.
        row: (F,) the applicant.
    """
    actions = []
    for k, field in enumerate(fields):
        if field.change is None or field.protected or np.isnan(row[k]):
            continue
        sides = tuple(side for side in _sides(field, float(row[k])) if len(side))
        if sides:
            actions.append(Actions(k, float(row[k]), sides))
    return tuple(actions)


def cost(field: Field, own: float, values: FloatArray) -> FloatArray:
    """What a change of a field costs; 0.1 is roughly a tenth of an amount.

    An amount counts by its ratio, |log((new + s) / (old + s))| with s four steps: to halve a loan
    is as hard for a small one as for a large one. Where both directions are open, the same way up
    and down costs the same: |new - old| over the range.

    Args:
        field: that is changed.
        own: the applicant's value.
        values: (V,) instead of it.

    Returns:
        (V,) 0 or more.
    """
    if field.kind == "choice":
        return np.full(len(values), ANOTHER_CHOICE)
    if field.change == "any":
        low, high = _reach(field)
        return np.asarray(np.abs(values - own) / max(high - low, field.step))
    soft = SOFT * field.step - min(field.lowest, 0.0)
    return np.asarray(np.abs(np.log((values + soft) / (own + soft))))


def thinned(values: FloatArray, many: int) -> FloatArray:
    """At most so many of the values, evenly picked; the last is kept."""
    if len(values) <= many:
        return values
    return values[np.linspace(len(values) - 1, 0, many).round().astype(np.int64)[::-1]]


def _reach(field: Field) -> tuple[float, float]:
    """From the lowest to the highest value that may be advised."""
    seen = field.seen or (field.lowest, field.highest)
    return max(field.lowest, seen[0]), min(field.highest, seen[1])


def _sides(field: Field, own: float) -> tuple[FloatArray, ...]:
    """(V,) values below and above, the nearest first."""
    if field.kind == "choice":
        every = np.arange(len(field.choices), dtype=np.float64)
        below, above = every[every < own][::-1], every[every > own]
    else:
        below, above = _steps(field, own, -1), _steps(field, own, 1)
    return {"less": (below,), "more": (above,)}.get(field.change or "", (below, above))


def _steps(field: Field, own: float, sign: int) -> FloatArray:
    """Whole steps in one direction within reach; beyond 500 ever wider apart."""
    low, high = (bound / field.step for bound in _reach(field))
    lowest, highest = np.ceil(low - CLOSE), np.floor(high + CLOSE)
    at = own / field.step
    if sign > 0:
        start = max(np.floor(at + CLOSE) + 1, lowest)
        count = int(highest - start) + 1
    else:
        start = min(np.ceil(at - CLOSE) - 1, highest)
        count = int(start - lowest) + 1
    if count < 1:
        return np.zeros(0)
    picked = np.arange(count)
    if count > MOST_VALUES:
        picked = np.unique(np.geomspace(1, count, MOST_VALUES).round()).astype(np.int64) - 1
    return np.asarray(np.round((start + sign * picked) * field.step, 9))


def _geometric(side: FloatArray, own: float, many: int) -> FloatArray:
    """At most so many of one side, at distances that grow by a factor; the farthest is kept."""
    if len(side) <= many:
        return side
    away = np.abs(side - own)
    aims = np.geomspace(away[-1], away[0], max(many, 1)) * (1 - CLOSE)
    return side[np.unique(np.searchsorted(away, aims))]
