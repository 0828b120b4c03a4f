"""Which fields cause two models to answer differently.

Shapley values are linear in the model: the difference of two answers is the difference of their
bases plus, field by field, the difference of the values (linearity: Shapley 1953).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shared.loan.fields.declared import Fields
from shared.loan.why.shapley import Contributions

ENOUGH = 0.6  # of the difference: no more fields are named once those named explain this much
MOST = 3
LEAST = 0.1  # of the difference: a field below it is no cause
EQUAL = 1e-6  # answers closer than this are the same


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


def why_they_differ(contributions: Contributions, fields: Fields) -> tuple[Cause, ...]:
    """The fewest fields that explain most of the difference.

    Only fields that pull the way in which the answers differ are named, the largest first.

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
    for k in np.argsort(-shares, kind="stable")[:MOST]:
        if explained >= ENOUGH or shares[k] < LEAST:
            break
        causes.append(Cause(int(k), fields[k].name, float(gaps[k])))
        explained += float(shares[k])
    return tuple(causes)
