"""One applicant: from what a form or a program sent to a row of numbers, and back into words."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.loan.fields.checks import ALIKE, check_range, choice_problem, unseen_note
from shared.loan.fields.declared import Field, Fields
from shared.loan.fields.numbers import number_in_text, plain, shown

NOT_STATED = "not stated"


@dataclass(frozen=True)
class Application:
    """One applicant.

    Attributes:
        row: (F,) float64 in the order of the fields: a number as it is, the index of a choice, NaN
            for "not stated".
        notes: what to mind about the values; sentences.
    """

    row: NDArray[np.float64]
    notes: tuple[str, ...]


def read_application(fields: Fields, values: Mapping[str, object]) -> Application:
    """Read one applicant.

    Args:
        fields: of an application.
        values: by the name of the field; a number or plain text for a number, text for a choice.
            None, an empty text and a name that is missing are "not stated".

    Raises:
        InputError: a name is not known, or a value is none that the field can have; one sentence
            or more for each.
    """
    problems = [_unknown_name(fields, name) for name in _unknown_names(fields, values)]
    row = np.full(len(fields), np.nan)
    for k, field in enumerate(fields):
        try:
            row[k] = _read(field, values.get(field.name))
        except InputError as error:
            problems.append(str(error))
    if problems:
        raise InputError(" ".join(problems))
    return Application(row, notes_on(fields, row))


def notes_on(fields: Fields, row: NDArray[np.float64]) -> tuple[str, ...]:
    """What to mind about an applicant, `row` (F,): numbers unlike all of the training data."""
    notes = [
        unseen_note(field, float(value))
        for field, value in zip(fields, row, strict=True)
        if field.kind == "number" and not np.isnan(value)
    ]
    return tuple(note for note in notes if note)


def say(field: Field, value: float) -> str:
    """A field's value in words: "4,500 per month", "Meets the guidelines"; NaN is "not stated"."""
    if np.isnan(value):
        return NOT_STATED
    if field.kind == "choice":
        return field.choices[int(value)].label
    rounded = round(float(value), 2) if abs(value) >= 1 else float(f"{value:.3g}")
    return f"{plain(rounded)} {field.unit}".rstrip()


def as_values(fields: Fields, row: NDArray[np.float64]) -> dict[str, float | str | None]:
    """The inverse of `read_application`: `row` (F,) as values by the field's name, None for NaN."""
    return {
        field.name: _value(field, float(value)) for field, value in zip(fields, row, strict=True)
    }


def _value(field: Field, value: float) -> float | str | None:
    if np.isnan(value):
        return None
    return value if field.kind == "number" else field.values[int(value)]


def _read(field: Field, value: object) -> float:
    """One value as a number; NaN for "not stated"."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return float("nan")
    return _read_number(field, value) if field.kind == "number" else _read_choice(field, value)


def _read_number(field: Field, value: object) -> float:
    if isinstance(value, str):
        number = number_in_text(value, field.label)
    elif isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool):
        number = _as_float(value)
    else:
        raise InputError(
            f"{field.label} is {shown(str(value))}, which is not a number. Send a number, or "
            f"leave it out where it is {NOT_STATED}."
        )
    check_range(field, number, field.label)
    return number


def _as_float(value: int | float | np.integer | np.floating) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number of more than 308 digits
        return float("inf") if value > 0 else float("-inf")


def _read_choice(field: Field, value: object) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    text = f"{value:.15g}" if is_number else str(value)
    index = field.spellings.get(text.strip().casefold())
    if index is None:
        raise InputError(choice_problem(field, text, field.label))
    return float(index)


def _unknown_names(fields: Fields, values: Mapping[str, object]) -> list[str]:
    names = {field.name for field in fields}
    return [name for name in values if name not in names]


def _unknown_name(fields: Fields, name: str) -> str:
    names = [field.name for field in fields]
    near = get_close_matches(name.casefold(), names, n=1, cutoff=ALIKE)
    meant = f'Did you mean "{near[0]}"?' if near else f"The fields are {', '.join(names)}."
    return f"There is no field {shown(name)}. {meant}"
