"""From a table of applications to what the models see.

Fixed arithmetic, the same for both models and for training and Space: nothing in it is fitted, so
nothing of one applicant can leak to another.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shared.loan.fields.declared import Field, Fields

Table = NDArray[np.float64]
Column = NDArray[np.float64]

OWN_FEATURES = {"applicant_income", "coapplicant_income", "loan_amount", "loan_term"}
THOUSAND = 1000.0


def features(fields: Fields, table: Table) -> NDArray[np.float32]:
    """The models' inputs.

    Args:
        fields: the fields that the models use, in the order of the table's columns.
        table: (N, F) numbers and indices of choices, NaN for "not stated".

    Returns:
        (N, K) float32 without NaN; K and the meaning of each are those of `feature_names`.
    """
    found = named_features(fields, table)
    return np.column_stack(list(found.values())).astype(np.float32)


def feature_names(fields: Fields) -> tuple[str, ...]:
    """What each feature is."""
    return tuple(named_features(fields, np.full((1, len(fields)), np.nan)))


def named_features(fields: Fields, table: Table) -> dict[str, Column]:
    """Each feature by name, (N,) each."""
    columns = {field.name: table[:, k] for k, field in enumerate(fields)}
    found: dict[str, Column] = {}
    for field in fields:
        found |= _own(field, columns[field.name])
    if columns.keys() >= OWN_FEATURES:
        found |= _together(
            *(_stated(field, columns[field.name]) for field in fields if field.name in OWN_FEATURES)
        )
    return found


def _own(field: Field, column: Column) -> dict[str, Column]:
    """What a field says by itself, and whether it was stated."""
    found = {f"{field.name} not stated": np.isnan(column).astype(np.float64)}
    if field.kind == "number":
        return found | {f"log {field.name}": np.log1p(_stated(field, column))}
    if len(field.choices) == 2:
        return found | {f"{field.name}: {field.values[1]}": np.where(np.isnan(column), 0.5, column)}
    return found | {
        f"{field.name}: {value}": (column == k).astype(np.float64)
        for k, value in enumerate(field.values)
    }


def _stated(field: Field, column: Column) -> Column:
    """A number; the form's default where it was not stated, which a flag tells apart."""
    assert isinstance(field.default, int | float)
    return np.where(np.isnan(column), float(field.default), column)


def _together(income: Column, second: Column, amount: Column, term: Column) -> dict[str, Column]:
    """What lenders look at: income together, what a month costs, and both against each other."""
    total = income + second
    month = amount * THOUSAND / np.maximum(term, 1.0)
    return {
        "log income together": np.log1p(total),
        "log amount to income": np.log1p(amount * THOUSAND) - np.log1p(total),
        "log instalment to income": np.log1p(month) - np.log1p(total),
        "share of co-applicant": second / np.maximum(total, 1.0),
    }
