"""From a table of applications to what the models see, and what each feature is in words.

Fixed arithmetic, the same for all models and for training and Space: nothing in it is fitted, so
nothing of one applicant can leak to another. Some features need several fields ("amount to
income"): they are named for themselves, not divided among the fields.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from shared.loan.fields.application import say
from shared.loan.fields.declared import Field, Fields
from shared.loan.fields.numbers import plain

Table = NDArray[np.float64]
Column = NDArray[np.float64]

OWN_FEATURES = {"applicant_income", "coapplicant_income", "loan_amount", "loan_term"}
THOUSAND = 1000.0
# What undoes the logarithm of the features that need several fields; the others have none.
UNDONE: dict[str, Callable[[float], float]] = {
    "log income together": np.expm1,
    "log amount to income": np.exp,
    "log instalment to income": np.exp,
}


def features(fields: Fields, table: Table) -> NDArray[np.float32]:
    """The models' inputs: (N, K) float32 without NaN, in the order of `feature_names`."""
    return np.column_stack(list(named_features(fields, table).values())).astype(np.float32)


def feature_names(fields: Fields) -> tuple[str, ...]:
    """What each feature is."""
    return tuple(named_features(fields, np.full((1, len(fields)), np.nan)))


def named_features(fields: Fields, table: Table) -> dict[str, Column]:
    """Each feature by name, (N,) each."""
    columns = {field.name: table[:, k] for k, field in enumerate(fields)}
    named: dict[str, Column] = {}
    for field in fields:
        named |= _of_field(field, columns[field.name])
    if columns.keys() >= OWN_FEATURES:
        named |= of_several(
            *(_stated(field, columns[field.name]) for field in fields if field.name in OWN_FEATURES)
        )
    return named


def _of_field(field: Field, column: Column) -> dict[str, Column]:
    """What a field tells by itself, and whether it was stated."""
    unstated = np.isnan(column)
    named = {f"{field.name} not stated": unstated.astype(np.float64)}
    if field.kind == "number":
        # In logarithms twice as much is the same step for a small income and for a large one.
        named[f"log {field.name}"] = np.log1p(_stated(field, column))
    elif len(field.choices) == 2:
        named[f"{field.name}: {field.choices[1].value}"] = np.where(unstated, 0.5, column)
    else:
        for k, choice in enumerate(field.choices):
            named[f"{field.name}: {choice.value}"] = (column == k).astype(np.float64)
    return named


def _stated(field: Field, column: Column) -> Column:
    """A number; the form's default where it was not stated, which a flag tells apart."""
    assert isinstance(field.default, int | float)
    return np.where(np.isnan(column), float(field.default), column)


def of_several(
    income: Any, second: Any, amount: Any, term: Any, *, library: Any = np
) -> dict[str, Any]:
    """What lenders look at: income together, what a month costs, and both against each other.

    Args:
        income, second, amount, term: (N,) numbers of the fields in `OWN_FEATURES`.
        library: NumPy, or PyTorch for an explanation that differentiates.
    """
    log1p, clip = library.log1p, library.clip
    total, whole = income + second, amount * THOUSAND
    month = whole / clip(term, 1.0, None)
    return {
        "log income together": log1p(total),
        "log amount to income": log1p(whole) - log1p(total),
        "log instalment to income": log1p(month) - log1p(total),
        "share of co-applicant": second / clip(total, 1.0, None),
    }


@dataclass(frozen=True)
class Feature:
    """One of the models' features.

    Attributes:
        name: as in `feature_names`.
        words: for a reader.
        field: the index of the field it belongs to; None where it needs several.
        shows: "value" of its field, "flag" (0 is no, 1 is yes) or "number".
        natural: from the feature to the unit that a person knows: without the logarithm.
    """

    name: str
    words: str
    field: int | None
    shows: Literal["value", "flag", "number"]
    natural: Callable[[float], float] = float


def describe(fields: Fields) -> tuple[Feature, ...]:
    """The K features of the fields that the models use, in the order of `feature_names`."""
    own = {
        feature.name: feature for k, field in enumerate(fields) for feature in _described(k, field)
    }
    return tuple(own.get(name) or _described_of_several(name) for name in feature_names(fields))


def values_in_words(fields: Fields, row: NDArray[np.float64]) -> tuple[str, ...]:
    """What each feature is for one applicant: "4,500 per month", "yes", "23.6".

    Args:
        fields: the fields that the models use.
        row: (F,) their values. Where a number is not stated, a feature of several fields is told
            as the models see it, with the form's default in its place.

    Returns:
        K texts, in the order of `feature_names`.
    """
    values = features(fields, row[None])[0]
    return tuple(
        _in_words(feature, fields, row, float(value))
        for feature, value in zip(describe(fields), values, strict=True)
    )


def _described(k: int, field: Field) -> Iterator[Feature]:
    """The same features as `_of_field`."""
    yield Feature(f"{field.name} not stated", f"{field.label}: not stated", k, "flag")
    if field.kind == "number":
        yield Feature(f"log {field.name}", field.label, k, "value", np.expm1)
    elif len(field.choices) == 2:
        yield Feature(f"{field.name}: {field.choices[1].value}", field.label, k, "value")
    else:
        for choice in field.choices:
            words = f"{field.label}: {choice.label}"
            yield Feature(f"{field.name}: {choice.value}", words, k, "flag")


def _described_of_several(name: str) -> Feature:
    if name not in UNDONE:
        return Feature(name, name, None, "number")
    return Feature(name, name.removeprefix("log "), None, "number", UNDONE[name])


def _in_words(feature: Feature, fields: Fields, row: NDArray[np.float64], value: float) -> str:
    if feature.shows == "flag":
        return "yes" if value else "no"
    if feature.shows == "value" and feature.field is not None:
        return say(fields[feature.field], float(row[feature.field]))
    return plain(float(f"{feature.natural(value):.3g}"))
