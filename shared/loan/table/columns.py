"""Which column of a table holds which field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from shared.errors import InputError
from shared.loan.fields.declared import Field, Fields
from shared.loan.fields.numbers import shown
from shared.wording import listed

ALIKE = 0.6  # of difflib's ratio; below it a suggestion would be a guess
MOST_NAMED = 12  # columns that a message names
NO_IDS = ("paid", "valid")  # words that end in "id" and name no id


@dataclass(frozen=True)
class Columns:
    """Where the fields stand.

    Attributes:
        fields: the column of each field, from 0.
        extra: the columns of no field; they are kept.
        id: the first extra column whose name ends in "id"; None without one.
    """

    fields: tuple[int, ...]
    extra: tuple[int, ...]
    id: int | None


def match_columns(fields: Fields, header: Sequence[str]) -> Columns:
    """Match a header to the fields by column name, API name or label.

    The order does not matter, nor do case, spaces, underscores, hyphens and other marks.

    Args:
        fields: all of which must be there.
        header: the names of the columns.

    Raises:
        InputError: two columns hold the same field, or columns are missing; all are named.
    """
    names = [folded(name) for name in header]
    owners = {folded(way): k for k, field in enumerate(fields) for way in _ways(field)}
    held = [owners.get(name) for name in names]
    places = [[at for at, k in enumerate(held) if k == wanted] for wanted in range(len(fields))]
    _refuse_twice(fields, header, places)
    extra = tuple(at for at, k in enumerate(held) if k is None)
    missing = [field for field, at in zip(fields, places, strict=True) if not at]
    if missing:
        raise InputError(_missing(missing, fields, [header[at] for at in extra]))
    ids = [at for at in extra if names[at].endswith("id") and not names[at].endswith(NO_IDS)]
    return Columns(tuple(at[0] for at in places), extra, ids[0] if ids else None)


def folded(name: str) -> str:
    """A name without what does not matter in it: letters and digits, casefolded."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _ways(field: Field) -> tuple[str, str, str]:
    return field.label, field.name, field.column


def _refuse_twice(fields: Fields, header: Sequence[str], places: list[list[int]]) -> None:
    twice = []
    for field, at in zip(fields, places, strict=True):
        if len(at) > 1:
            names = listed([shown(header[k]) for k in at], "and")
            twice.append(f"{field.column} stands in {len(at)} columns: {names}.")
    if twice:
        raise InputError(" ".join([*twice, "Keep one column of each."]))


def _missing(missing: list[Field], fields: Fields, extra: list[str]) -> str:
    """Name all that is missing, each with the header it may hide behind."""
    if len(missing) == len(fields):
        given = ", ".join(shown(name) for name in extra[:MOST_NAMED] if name) or "nothing"
        return (
            "The first row must name the columns, and none of them is known. It must hold "
            f"{', '.join(field.column for field in fields)}; it holds {given}."
        )
    plural = "columns are" if len(missing) > 1 else "column is"
    names = ", ".join(field.column for field in missing)
    return " ".join([f"{len(missing)} {plural} missing: {names}.", *_suggestions(missing, extra)])


def _suggestions(missing: list[Field], extra: list[str]) -> list[str]:
    """The nearest column of no field for each missing one; each column is suggested once."""
    left = {folded(name): name for name in extra if folded(name)}
    found = []
    for field in missing:
        near = [
            match
            for way in _ways(field)
            for match in get_close_matches(folded(way), left, n=1, cutoff=ALIKE)
        ]
        if near:
            found.append(f"Is {shown(left.pop(near[0]))} meant to be {field.column}?")
    return found
