"""What can be wrong with a value of a field, in one sentence each, wherever it comes from."""

from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.loan.fields.declared import Field, Fields
from shared.loan.fields.numbers import plain, shown
from shared.wording import listed

THOUSAND = 1000.0
ALIKE = 0.5  # of difflib's ratio; below it a suggestion would be a guess


def with_unit(field: Field, value: float) -> str:
    """A number with every digit that counts, and its unit: "4,500 per month"."""
    return f"{plain(value)} {field.unit}".rstrip()


def check_range(field: Field, value: float, name: str) -> None:
    """Refuse a number that cannot be.

    Args:
        field: a number field.
        value: of the applicant.
        name: what the message calls the field.

    Raises:
        InputError: it is not a finite number, or outside of lowest..highest; asks about a factor of
            1,000 where that would explain it.
    """
    if field.lowest <= value <= field.highest:
        return
    if not np.isfinite(value):
        raise InputError(f"{name} is {value}, which is not a number that an applicant can have.")
    meant = meant_by_thousand(field, value)
    question = "" if meant is None else f" Did you mean {plain(meant)}?"
    raise InputError(
        f"{name} is {with_unit(field, value)}; it must lie between {plain(field.lowest)} and "
        f"{with_unit(field, field.highest)}.{question}"
    )


def meant_by_thousand(field: Field, value: float) -> float | None:
    """The same value in thousands, or out of them, where that is in the range seen or permitted."""
    ranges = [field.seen] if field.seen else []
    for low, high in [*ranges, (field.lowest, field.highest)]:
        for meant in (value / THOUSAND, value * THOUSAND):
            if meant != value and low <= meant <= high:
                return meant
    return None


def unseen_note(field: Field, value: float) -> str | None:
    """A note on a number that no applicant of the training data had; None where one had it."""
    if field.seen is None or field.seen[0] <= value <= field.seen[1]:
        return None
    low, high = field.seen
    side = "more" if value > high else "less"
    sentence = (
        f"{field.label} of {with_unit(field, value)} is {side} than any of the training data "
        f"({plain(low)} to {plain(high)}); "
    )
    meant = meant_by_thousand(field, value)
    if meant is not None and low <= meant <= high:
        return f"{sentence}did you mean {plain(meant)}?"
    return f"{sentence}the answer is a guess out there."


def doubtful(fields: Fields, table: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(N, F) bool: numbers of a table (N, F) that were not seen in training, but a thousandfold."""
    marked = np.zeros(table.shape, dtype=np.bool_)
    for k, field in enumerate(fields):
        if field.kind == "number" and field.seen is not None:
            low, high = field.seen
            column = table[:, k]
            inside = [(low <= v) & (v <= high) for v in (column / THOUSAND, column * THOUSAND)]
            marked[:, k] = ((column < low) | (column > high)) & (inside[0] | inside[1])
    return marked


def no_choice(field: Field, text: str, name: str) -> str:
    """What to say about a text that is none of a field's choices."""
    return f"{name}: there is no choice {shown(text)}. Choose {listed(field.values, 'or')}."


def choice_problem(field: Field, text: str, name: str) -> str:
    """The same with the nearest of the choices, which takes longer to find."""
    near = get_close_matches(text.strip().casefold(), field.spellings, n=1, cutoff=ALIKE)
    meant = f' Did you mean "{field.values[field.spellings[near[0]]]}"?' if near else ""
    return no_choice(field, text, name) + meant
