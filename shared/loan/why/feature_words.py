"""The models' features in words, and their values in units that a person knows.

Some features need several fields ("amount to income"): they are named for themselves, not divided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shared.loan.fields.application import say
from shared.loan.fields.declared import Field, Fields
from shared.loan.fields.numbers import plain
from shared.loan.models.features import feature_names, features

# What undoes the logarithm of the features that need several fields; the others have none.
UNDONE: dict[str, Callable[[float], float]] = {
    "log income together": np.expm1,
    "log amount to income": np.exp,
    "log instalment to income": np.exp,
}


@dataclass(frozen=True)
class Feature:
    """One of the models' features.

    Attributes:
        name: as in `feature_names`.
        words: for a reader.
        field: the index of the field it belongs to; None where it needs several.
        says: "value" of its field, "flag" (0 is no, 1 is yes) or "number".
        natural: from the feature to the unit that a person knows: without the logarithm.
    """

    name: str
    words: str
    field: int | None
    says: Literal["value", "flag", "number"]
    natural: Callable[[float], float] = float


def describe(fields: Fields) -> tuple[Feature, ...]:
    """The features of some fields.

    Args:
        fields: the fields that the models use.

    Returns:
        K features, in the order of `feature_names`.
    """
    own = {each.name: each for k, field in enumerate(fields) for each in _own(k, field)}
    return tuple(own.get(name) or _of_several(name) for name in feature_names(fields))


def values_in_words(fields: Fields, row: NDArray[np.float64]) -> tuple[str, ...]:
    """What each feature is for one applicant: "4,500 per month", "yes", "23.6".

    Args:
        fields: the fields that the models use.
        row: (F,) their values. Where a number is not stated, a feature of several fields is said
            as the models see it, with the form's default in its place.

    Returns:
        K texts, in the order of `feature_names`.
    """
    values = features(fields, row[None])[0]
    return tuple(
        _in_words(feature, fields, row, float(value))
        for feature, value in zip(describe(fields), values, strict=True)
    )


def _own(k: int, field: Field) -> Iterator[Feature]:
    yield Feature(f"{field.name} not stated", f"{field.label}: not stated", k, "flag")
    if field.kind == "number":
        yield Feature(f"log {field.name}", field.label, k, "value", np.expm1)
    elif len(field.choices) == 2:
        yield Feature(f"{field.name}: {field.values[1]}", field.label, k, "value")
    else:
        for choice in field.choices:
            words = f"{field.label}: {choice.label}"
            yield Feature(f"{field.name}: {choice.value}", words, k, "flag")


def _of_several(name: str) -> Feature:
    if name not in UNDONE:
        return Feature(name, name, None, "number")
    return Feature(name, name.removeprefix("log "), None, "number", UNDONE[name])


def _in_words(feature: Feature, fields: Fields, row: NDArray[np.float64], value: float) -> str:
    if feature.says == "flag":
        return "yes" if value else "no"
    if feature.says == "value" and feature.field is not None:
        return say(fields[feature.field], float(row[feature.field]))
    return plain(float(f"{feature.natural(value):.3g}"))
