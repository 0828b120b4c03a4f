"""Tables from Excel and OpenDocument files: the first sheet, every cell as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from shared.errors import InputError
from shared.loan.table.rows import Row, check_rows

EXACT = 2**53  # from here on a float is no longer every whole number


@dataclass(frozen=True)
class Sheet:
    """The first sheet of a workbook.

    Attributes:
        header: the names of the columns.
        rows: behind the header, as cells of text.
        count: how many these are.
        first: number of the first of them, as the program shows it.
    """

    header: Row
    rows: Iterator[Row]
    count: int
    first: int


def open_sheet(path: Path) -> Sheet:
    """Read the first sheet of a workbook.

    Raises:
        InputError: it cannot be read, holds no rows, or too many.
    """
    sheet = _first_sheet(path)
    rows = ([_text(value) for value in row] for row in sheet.iter_rows())
    for at, header in enumerate(rows, 1):
        if any(cell.strip() for cell in header):
            count = sheet.start[0] + sheet.height - at
            break
    else:
        raise InputError("The first sheet is empty. Put the table there, with a header.")
    if count < 1:
        raise InputError(
            "The table has a header and no rows. Put an applicant into each row below the header."
        )
    check_rows(count)
    return Sheet([cell.strip() for cell in header], _told_blank(rows), count, at + 1)


def _first_sheet(path: Path) -> Any:
    from python_calamine import (  # few need it
        CalamineError,
        CalamineWorkbook,
        PasswordError,
    )

    try:
        with path.open("rb") as file:
            return CalamineWorkbook.from_filelike(file).get_sheet_by_index(0)
    except PasswordError as error:
        raise InputError(
            "The workbook is locked with a password. Save it without one, or as CSV."
        ) from error
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise InputError(
            f"The file begins like an Excel file but holds no table that can be read ({error}). "
            "Save it again as .xlsx, or as CSV."
        ) from error


def _told_blank(rows: Iterator[Row]) -> Iterator[Row]:
    """Rows in which nothing stands as blank lines: a sheet has no separators."""
    for row in rows:
        yield row if any(row) else []


def _text(value: object) -> str:
    """A cell as one would type it."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < EXACT else repr(value)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
