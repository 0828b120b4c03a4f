"""Which column of a table holds which field, and the numbers that its cells mean."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from difflib import get_close_matches

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from shared.errors import InputError
from shared.loan.fields.checks import check_range, choice_problem, no_choice
from shared.loan.fields.declared import Field, Fields
from shared.loan.fields.numbers import Decimal, number_in_cell, shown
from shared.loan.table.rows import TEXT_TYPES, Row
from shared.wording import listed

ALIKE = 0.6  # of difflib's ratio; below it a suggestion would be a guess
MOST_NAMED = 12  # columns that a message names
NO_IDS = ("paid", "valid")  # words that end in "id" and name no id
# What stands for "not stated" in tables of all origins, unless a choice is called so.
NOT_STATED = {
    "", "-", "#n/a", "<na>", "n/a", "na", "nan", "none", "not stated", "null",
}  # fmt: skip
EXACT = 2**53  # from here on a float cannot hold every whole number
MOST_SUGGESTIONS = 50  # a part of the table; looking for the nearest choice takes its time

Values = NDArray[np.float64]
Problems = dict[int, str]  # by the position of a row


@dataclass(frozen=True)
class Matched:
    """Where the fields stand.

    Attributes:
        fields: the column of each field, from 0.
        extra: the columns of no field; they are kept.
        id: the first extra column whose name ends in "id"; None without one.
    """

    fields: tuple[int, ...]
    extra: tuple[int, ...]
    id: int | None


def match_columns(fields: Fields, header: Sequence[str]) -> Matched:
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
    return Matched(tuple(at[0] for at in places), extra, ids[0] if ids else None)


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
    suggestions = []
    for field in missing:
        near = [
            match
            for way in _ways(field)
            for match in get_close_matches(folded(way), left, n=1, cutoff=ALIKE)
        ]
        if near:
            suggestions.append(f"Is {shown(left.pop(near[0]))} meant to be {field.column}?")
    return suggestions


def read_values(
    fields: Fields, matched: Matched, columns: Sequence[pa.Array], header: Row, decimal: Decimal
) -> tuple[Values, dict[int, list[str]]]:
    """Read the cells of all fields.

    Args:
        fields: F of them.
        matched: where they stand.
        columns: N cells each: texts, or numbers and booleans from Parquet.
        header: the names of the columns, for messages.
        decimal: the decimal mark of the table.

    Returns:
        (N, F) float64 with NaN where nothing is stated or the cell cannot be used, and for each row
        with such a cell, by its position, sentences that say why.
    """
    values = np.empty((len(columns[0]), len(fields)))
    problems: dict[int, list[str]] = {}
    for k, (field, at) in enumerate(zip(fields, matched.fields, strict=True)):
        read = _choices if field.kind == "choice" else _numbers
        values[:, k], wrong = read(field, columns[at], header[at], decimal)
        for row, problem in wrong.items():
            problems.setdefault(row, []).append(problem)
    return values, problems


def _numbers(
    field: Field, column: pa.Array, name: str, decimal: Decimal
) -> tuple[Values, Problems]:
    values = _all_floats(column, decimal)
    problems: Problems = {}
    if values is None:

        def read(text: str) -> float:
            return np.nan if _is_blank(text) else number_in_cell(text, name, decimal)

        values, problems = _by_text(read, column)
    outside = ~((values >= field.lowest) & (values <= field.highest) | np.isnan(values))
    for row in np.flatnonzero(outside).tolist():
        try:
            check_range(field, float(values[row]), name)
        except InputError as error:
            problems[row] = str(error)
    return values, problems


def _all_floats(column: pa.Array, decimal: Decimal) -> Values | None:
    """All cells as PyArrow reads numbers; None where one of them needs a closer look."""
    kind = column.type
    if kind in TEXT_TYPES:
        if decimal == "," and pc.any(pc.match_substring(column, ".")).as_py():  # of thousands?
            return None
        column = pc.if_else(pc.equal(column, ""), None, column)
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return None
    try:
        numbers = column.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    values = numbers.to_numpy(zero_copy_only=False)
    # To PyArrow "nan", "inf" and "1e400" are numbers too.
    is_odd = np.count_nonzero(~np.isfinite(values)) > numbers.null_count
    return None if is_odd else np.array(values)


def _by_text(read: Callable[[str], float], column: pa.Array) -> tuple[Values, Problems]:
    """Read each different text once, and put its value into its rows."""
    texts, codes = distinct_texts(column)
    values = np.full(len(texts), np.nan)
    wrong: Problems = {}
    for code, text in enumerate(texts):
        try:
            values[code] = read(text)
        except InputError as error:
            wrong[code] = str(error)
    rows = np.flatnonzero(np.isin(codes, list(wrong))).tolist() if wrong else []
    return values[codes], {row: wrong[codes[row]] for row in rows}


def _choices(
    field: Field, column: pa.Array, name: str, decimal: Decimal
) -> tuple[Values, Problems]:
    suggested: set[str] = set()

    def read(text: str) -> float:
        index = field.spellings.get(text.strip().casefold())
        if index is not None:
            return index
        if _is_blank(text):
            return np.nan
        suggested.add(text)
        if len(suggested) > MOST_SUGGESTIONS:
            raise InputError(no_choice(field, text, name))
        raise InputError(choice_problem(field, text, name))

    return _by_text(read, column)


def _is_blank(text: str) -> bool:
    return text.strip().casefold() in NOT_STATED


def texts_of(column: pa.Array) -> list[str]:
    """The cells of a column as one would type them; empty texts where nothing stands."""
    texts, codes = distinct_texts(column)
    return [texts[code] for code in codes.tolist()]


def distinct_texts(column: pa.Array) -> tuple[list[str], NDArray[np.int64]]:
    """The different texts of a column, and for each of its N cells, (N,) int64, which it is."""
    if column.type == pa.string_view():
        column = column.cast(pa.string())
    is_coded = pa.types.is_dictionary(column.type)
    coded = column if is_coded else column.dictionary_encode()
    texts = [cell_text(value) for value in coded.dictionary.to_pylist()]
    codes = coded.indices.cast(pa.int64()).fill_null(len(texts)).to_numpy(zero_copy_only=False)
    return [*texts, ""], codes


def cell_text(value: object) -> str:
    """The value of a cell as one would type it; an empty text for None."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < EXACT else repr(value)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
