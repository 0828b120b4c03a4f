"""From the cells of a column to numbers: whole columns at once, cell by cell where that fails."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.loan.fields.checks import check_range, choice_problem, no_choice, spellings
from shared.loan.fields.declared import Field
from shared.loan.fields.numbers import Decimal, number_in_cell
from shared.loan.table.cells import FIRST_BYTES, WORD, Cells, Places, words_before, words_from

# What stands for "not stated" in tables of all origins, unless a choice is called so.
NOT_STATED = {
    "", "-", "#n/a", "<na>", "n/a", "na", "nan", "none", "not stated", "null",
}  # fmt: skip
MOST_KINDS = 24  # different texts of a choice that are found by comparing whole columns
MOST_SUGGESTIONS = 50  # a part of the table; looking for the nearest choice takes its time

Column = NDArray[np.float64]
Problems = dict[int, str]

ZEROS = np.uint64(0x3030303030303030)  # "00000000"
HIGH, CARRY = np.uint64(0xF0F0F0F0F0F0F0F0), np.uint64(0x0606060606060606)


def convert(field: Field, cells: Cells, name: str, decimal: Decimal) -> tuple[Column, Problems]:
    """Read the cells of one field.

    Args:
        field: whose cells they are.
        cells: N of them.
        name: of the column, for messages.
        decimal: the decimal mark of the table.

    Returns:
        (N,) float64 with NaN where nothing is stated or the cell cannot be used, and for each of
        the latter, by its row, a sentence that says why.
    """
    if field.kind == "choice":
        return _choices(field, cells, name)
    values, problems = _numbers(field, cells, name, decimal)
    outside = ~((values >= field.lowest) & (values <= field.highest) | np.isnan(values))
    for row in np.flatnonzero(outside).tolist():
        try:
            check_range(field, float(values[row]), name)
        except InputError as error:
            problems[row] = str(error)
            values[row] = np.nan
    return values, problems


def _numbers(field: Field, cells: Cells, name: str, decimal: Decimal) -> tuple[Column, Problems]:
    values, done = whole_numbers(cells)
    rest = np.flatnonzero(~done)
    if not len(rest):
        return values, {}
    texts = cells.texts(rest)
    plain = _all_floats(texts) if decimal == "." else None
    if plain is not None:
        values[rest] = plain
        return values, {}

    def read(text: str) -> float:
        return np.nan if _is_blank(text) else number_in_cell(text, name, decimal)

    return values, _one_by_one(read, texts, rest, values)


def whole_numbers(cells: Cells) -> tuple[Column, NDArray[np.bool_]]:
    """The cells of 1 to 8 digits, with or without ".0" behind, and the empty ones.

    Eight digits are one word, summed up in three multiplications (D. Lemire, 2022, "Parse eight
    digits", after M. Mula's SWAR).

    Returns:
        (N,) float64, NaN where nothing stands, and (N,) bool, which of them were such cells.
    """
    text, end = cells.text, cells.end
    signs = np.frombuffer(text, dtype=np.uint8)
    point = (signs[end - 1] == ord("0")) & (signs[end - 2] == ord(".")) & (end - cells.start > 2)
    length = end - cells.start - 2 * point
    before = FIRST_BYTES[np.clip(WORD - length, 0, WORD)]
    word = (words_before(text, end - 2 * point) & ~before) | (ZEROS & before)
    digits = ((word & HIGH) == ZEROS) & (((word + CARRY) & HIGH) == ZEROS) & (length <= WORD)
    word = ((word & np.uint64(0x0F0F0F0F0F0F0F0F)) * np.uint64(2561)) >> np.uint64(8)
    word = ((word & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(6553601)) >> np.uint64(16)
    word = ((word & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001)) >> np.uint64(32)
    stated = length > 0
    return np.where(digits & stated, word.astype(np.float64), np.nan), digits | ~stated


def _all_floats(texts: list[str]) -> Column | None:
    """All as Python reads them; None where one of them needs a closer look."""
    try:
        values = np.fromiter(map(float, texts), np.float64, len(texts))
    except ValueError:
        return None
    odd = any("_" in text for text in texts)
    return None if odd or not np.isfinite(values).all() else values


def _choices(field: Field, cells: Cells, name: str) -> tuple[Column, Problems]:
    """All cells with the text of the first one, then all with that of the first one left..."""
    values = np.full(len(cells.start), np.nan)
    length = cells.end - cells.start
    low = words_from(cells.text, cells.start) & FIRST_BYTES[np.minimum(length, WORD)]
    high = words_from(cells.text, cells.start + WORD) & FIRST_BYTES[np.clip(length - WORD, 0, WORD)]
    read = _reader_of_choices(field, name)
    problems: Problems = {}
    left = np.flatnonzero((length > 0) & (length <= 2 * WORD))
    for _ in range(MOST_KINDS):
        if not len(left):
            break
        first = left[:1]
        same = (low[left] == low[first]) & (high[left] == high[first])
        found = np.full(1, np.nan)
        wrong = _one_by_one(read, cells.texts(first), np.zeros(1, np.int64), found)
        values[left[same]] = found
        if wrong:
            problems |= dict.fromkeys(left[same].tolist(), wrong[0])
        left = left[~same]
    left = np.concatenate((left, np.flatnonzero(length > 2 * WORD)))
    return values, problems | _one_by_one(read, cells.texts(left), left, values)


def _reader_of_choices(field: Field, name: str) -> Callable[[str], float]:
    known = spellings(field)
    suggested: set[str] = set()

    def read(text: str) -> float:
        found = known.get(text.strip().casefold())
        if found is not None:
            return found
        if _is_blank(text):
            return np.nan
        suggested.add(text)
        if len(suggested) > MOST_SUGGESTIONS:
            raise InputError(no_choice(field, text, name))
        raise InputError(choice_problem(field, text, name))

    return read


def _one_by_one(
    read: Callable[[str], float], texts: list[str], rows: Places, values: Column
) -> Problems:
    """Read each text once and put its value into its rows; returns what cannot be read, by row."""
    known: dict[str, float | str] = {}
    problems: Problems = {}
    for row, text in zip(rows.tolist(), texts, strict=True):
        if text not in known:
            try:
                known[text] = read(text)
            except InputError as error:
                known[text] = str(error)
        found = known[text]
        if isinstance(found, str):
            problems[row] = found
        else:
            values[row] = found
    return problems


def _is_blank(text: str) -> bool:
    return text.strip().casefold() in NOT_STATED
