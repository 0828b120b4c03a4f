"""How a text file holds its table: separator, decimal mark, header."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from shared.errors import InputError
from shared.loan.fields.numbers import Decimal
from shared.loan.table.encoding import Encoding, find_encoding
from shared.loan.table.rows import MOST_ROWS, Row, check_rows, is_blank

MOST_OF_A_HEADER = 1 << 20  # characters
MOST_LINES_BEFORE = 100  # a header is looked for in so many lines
DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class TextTable:
    """How a text file holds its table.

    Attributes:
        path: of the file.
        encoding: as Python calls it.
        delimiter: between cells.
        decimal: mark of its numbers.
        header: the names of the columns.
        lines: of the file, up to and with the header.
        first: number of the first row behind the header, as a spreadsheet counts.
        quoted: whether a cell may be quoted.
    """

    path: Path
    encoding: str
    delimiter: str
    decimal: Decimal
    header: Row
    lines: int
    first: int
    quoted: bool


def open_text(path: Path) -> TextTable:
    """Find out how a file holds its table.

    Raises:
        InputError: it is no table, has no rows, or too many.
    """
    found = find_encoding(path)
    delimiter, header, before, first = _header(path, found.encoding)
    _check_length(path, found, delimiter, before)
    decimal: Decimal = "," if delimiter == ";" else "."
    return TextTable(path, found.encoding, delimiter, decimal, header, before, first, found.special)


def _header(path: Path, encoding: str) -> tuple[str, Row, int, int]:
    """Delimiter, header, lines up to and with it, and the number of the row behind it."""
    with path.open(encoding=encoding, newline="") as file:
        lines = [file.readline(MOST_OF_A_HEADER) for _ in range(MOST_LINES_BEFORE)]
    before = next((k for k, line in enumerate(lines) if line.strip()), None)
    if before is None:
        raise InputError("The file holds nothing but blank lines. Send a table with a header.")
    delimiters: tuple[str, ...] = DELIMITERS
    named = re.fullmatch(r"sep=([,;\t])\s*", lines[before], re.IGNORECASE)
    if named:  # a line by which Excel is told the separator
        delimiters, before = (named[1],), before + 1
    found = [(delimiter, *_first_record(lines[before:], delimiter)) for delimiter in delimiters]
    delimiter, header, used = max(found, key=lambda each: len(each[1]))
    if any(len(line) == MOST_OF_A_HEADER for line in lines[: before + used]):
        raise InputError(
            f"The first line of the file has more than {MOST_OF_A_HEADER:,} characters. This is "
            "no table with a row on each line."
        )
    return delimiter, [cell.strip("\ufeff \t\r\n") for cell in header], before + used, before + 2


def _first_record(lines: list[str], delimiter: str) -> tuple[Row, int]:
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        return next(reader, []), reader.line_num
    except csv.Error:
        return [], 0


def _check_length(path: Path, found: Encoding, delimiter: str, before: int) -> None:
    """Refuse a table without rows at once, and one with too many before work is done on it."""
    rows = _rows_behind(path, found.encoding, delimiter, before)
    if next(rows, None) is None:
        raise InputError(
            "The table has a header and no rows. Put an applicant into each row below the header."
        )
    if found.lines > MOST_ROWS + before:
        check_rows(1 + sum(islice(rows, MOST_ROWS)))


def _rows_behind(path: Path, encoding: str, delimiter: str, before: int) -> Iterator[int]:
    """1 for each row behind the header that is not blank."""
    with path.open(encoding=encoding, newline="") as file:
        for _ in range(before):
            file.readline()
        try:
            for row in csv.reader(file, delimiter=delimiter):
                if not is_blank(row):
                    yield 1
        except csv.Error:  # reading says which row that is
            yield 1
