"""Where an applicant stands on a way from another one to it, and the features along that way.

A number stands where it lies among the pieces that the network cuts it into: 2.5 is the middle of
the third. They are quantiles of the training rows, so halfway between two incomes lies the one that
half of the people between them are below. A number that is not stated stands at the form's default.
A choice has a share for each answer, and every field a share for "not stated".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shared.loan.ann import Encoding
from shared.loan.features import OWN_FEATURES, THOUSAND, feature_names
from shared.loan.fields import Field, Fields

if TYPE_CHECKING:
    from torch import Tensor

FloatArray = NDArray[np.float64]


def positions(fields: Fields, encoding: Encoding, table: FloatArray) -> FloatArray:
    """Where applicants stand.

    Args:
        fields: the fields that the models use, in the order of the columns.
        encoding: of the network.
        table: (N, F) float64, NaN for "not stated".

    Returns:
        (N, P) float64, `width(field)` columns for each field, side by side.
    """
    columns: list[NDArray[np.generic]] = []
    for field, column in zip(fields, table.T, strict=True):
        unstated = np.isnan(column)
        if field.kind == "number":
            columns.append(_place(_cuts(fields, encoding, field), _log(field, column)))
        else:
            columns += [column == k for k in range(len(field.choices))]
        columns.append(unstated)
    return np.column_stack(columns).astype(np.float64)


def width(field: Field) -> int:
    """How many columns of a position belong to a field."""
    return 2 if field.kind == "number" else len(field.choices) + 1


def features_at(fields: Fields, encoding: Encoding, place: Tensor) -> Tensor:
    """`shared.loan.features.features`, from positions.

    Args:
        fields: the fields that the models use.
        encoding: of the network.
        place: (N, P) float64.

    Returns:
        (N, K) float64, differentiable.
    """
    import torch

    split = place.split([width(field) for field in fields], dim=1)
    logs: dict[str, Tensor] = {}
    columns: list[Tensor] = []
    for field, part in zip(fields, split, strict=True):
        columns.append(part[:, -1:])
        if field.kind == "number":
            logs[field.name] = _number(_cuts(fields, encoding, field), part[:, 0])
            columns.append(logs[field.name][:, None])
        elif len(field.choices) == 2:
            columns.append(part[:, 1:2] + 0.5 * part[:, 2:])
        else:
            columns.append(part[:, :-1])
    if logs.keys() >= OWN_FEATURES:
        columns.append(_together(*(log for name, log in logs.items() if name in OWN_FEATURES)))
    return torch.cat(columns, dim=1)


def _together(income: Tensor, second: Tensor, amount: Tensor, term: Tensor) -> Tensor:
    """As `features._together`, (N, 4), from the log1p of each."""
    import torch

    total = income.expm1() + second.expm1()
    whole = amount.expm1() * THOUSAND
    month = whole / term.expm1().clamp(min=1.0)
    logs = [total.log1p(), whole.log1p() - total.log1p(), month.log1p() - total.log1p()]
    return torch.stack([*logs, second.expm1() / total.clamp(min=1.0)], dim=1)


def _cuts(fields: Fields, encoding: Encoding, field: Field) -> tuple[FloatArray, FloatArray]:
    """Where the pieces of a number begin and how wide they are; one, if it was not cut."""
    mine = encoding.source == feature_names(fields).index(f"log {field.name}")
    if not mine.any():
        return np.zeros(1), np.ones(1)
    return encoding.low[mine].astype(np.float64), encoding.width[mine].astype(np.float64)


def _place(cuts: tuple[FloatArray, FloatArray], log: FloatArray) -> FloatArray:
    """(N,) from log1p to the place among the pieces; the first and the last go on for ever."""
    low, wide = cuts
    piece = np.clip(np.searchsorted(low, log, side="right") - 1, 0, len(low) - 1)
    return np.asarray(piece + (log - low[piece]) / wide[piece])


def _number(cuts: tuple[FloatArray, FloatArray], place: Tensor) -> Tensor:
    """(N,) the way back from `_place` to log1p, differentiable."""
    import torch

    low, wide = (torch.from_numpy(each) for each in cuts)
    piece = place.detach().floor().clamp(0, len(low) - 1).long()
    return low[piece] + (place - piece) * wide[piece]


def _log(field: Field, column: FloatArray) -> FloatArray:
    assert isinstance(field.default, int | float)
    return np.log1p(np.where(np.isnan(column), float(field.default), column))
