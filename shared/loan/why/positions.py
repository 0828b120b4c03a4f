"""Where an applicant stands on the way from another one to it, and the features along that way.

A number stands at its square root (at that of the form's default where it is not stated). Evenly in
amounts, features would leap at the first coins of an income; evenly in their logarithms, most of
the way would lie below any income that people have. A choice has a share for each answer, and every
field a share for "not stated".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shared.loan.fields.declared import Field, Fields
from shared.loan.models.features import OWN_FEATURES, THOUSAND

if TYPE_CHECKING:
    from torch import Tensor

FloatArray = NDArray[np.float64]


def positions(fields: Fields, table: FloatArray) -> FloatArray:
    """Where applicants stand.

    Args:
        fields: the fields that the models use, in the order of the columns.
        table: (N, F) float64, numbers 0 or more, NaN for "not stated".

    Returns:
        (N, P) float64, `width(field)` columns for each field, side by side.
    """
    columns: list[NDArray[np.generic]] = []
    for field, column in zip(fields, table.T, strict=True):
        unstated = np.isnan(column)
        if field.kind == "number":
            columns.append(np.sqrt(np.where(unstated, _default(field), column)))
        else:
            columns += [column == k for k in range(len(field.choices))]
        columns.append(unstated)
    return np.column_stack(columns).astype(np.float64)


def width(field: Field) -> int:
    """How many columns of a position belong to a field."""
    return 2 if field.kind == "number" else len(field.choices) + 1


def features_at(fields: Fields, place: Tensor) -> Tensor:
    """`shared.loan.models.features.features`, from positions.

    Args:
        fields: the fields that the models use.
        place: (N, P) float64.

    Returns:
        (N, K) float64, differentiable.
    """
    import torch

    numbers: dict[str, Tensor] = {}
    columns: list[Tensor] = []
    for field, part in zip(fields, place.split([width(f) for f in fields], dim=1), strict=True):
        columns.append(part[:, -1:])
        if field.kind == "number":
            numbers[field.name] = part[:, 0].square()
            columns.append(numbers[field.name].log1p()[:, None])
        elif len(field.choices) == 2:
            columns.append(part[:, 1:2] + 0.5 * part[:, 2:])
        else:
            columns.append(part[:, :-1])
    if numbers.keys() >= OWN_FEATURES:
        columns.append(_together(*(n for name, n in numbers.items() if name in OWN_FEATURES)))
    return torch.cat(columns, dim=1)


def _together(income: Tensor, second: Tensor, amount: Tensor, term: Tensor) -> Tensor:
    """As `features._together`, (N, 4)."""
    import torch

    total, whole = income + second, amount * THOUSAND
    month = whole / term.clamp(min=1.0)
    logs = [total.log1p(), whole.log1p() - total.log1p(), month.log1p() - total.log1p()]
    return torch.stack([*logs, second / total.clamp(min=1.0)], dim=1)


def _default(field: Field) -> float:
    assert isinstance(field.default, int | float)
    return float(field.default)
