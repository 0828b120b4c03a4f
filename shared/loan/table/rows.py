"""Rows of a table as they were sent, some at a time, and which of them are no rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.errors import InputError
from shared.loan.fields.numbers import shown
from shared.loan.table.cells import Cells, cells_of

MOST_ROWS = 1_000_000
MOST_CHARACTERS = 10_000  # of a cell
MOST_NAMED = 3  # cells that a message quotes

Row = list[str]


@dataclass(frozen=True)
class Batch:
    """Some rows that follow each other.

    Attributes:
        source: the rows as one text, a newline between them, where no cell is quoted; else their
            cells.
        column: the cells of a column, from 0; empty ones for rows with a problem.
        numbers: of each row as a spreadsheet counts: the header of most tables is row 1.
        problems: by the position of the row, a sentence that says why it is no row of the table.
        done: share of the file that has been read, 0..1.
    """

    source: str | list[Row]
    column: Callable[[int], Cells]
    numbers: Sequence[int]
    problems: dict[int, str]
    done: float


def batch_of(
    rows: list[Row], wrong: Sequence[str | None], width: int, first: int, done: float
) -> Batch | None:
    """A batch of rows, without those in which nothing stands at all.

    Args:
        rows: their cells.
        wrong: for each row what is wrong with it.
        width: columns of the header.
        first: number of the first row.
        done: share of the file.

    Returns:
        The batch; None where all rows are blank.
    """
    kept = [k for k, row in enumerate(rows) if len(row) > 1 or not is_blank(row)]
    if not kept:
        return None
    numbers: Sequence[int] = range(first, first + len(rows))
    if len(kept) < len(rows):
        numbers = [first + k for k in kept]
        rows, wrong = [rows[k] for k in kept], [wrong[k] for k in kept]
    problems = {at: problem for at, problem in enumerate(wrong) if problem}
    blank = [""] * width
    used = [blank if at in problems else row for at, row in enumerate(rows)] if problems else rows
    columns = list(zip(*used, strict=False))  # a row may have empty cells beyond the header
    return Batch(rows, lambda k: cells_of(columns[k]), numbers, problems, done)


def problem_of(row: Row, width: int) -> str | None:
    """Why a row is no row of a table of `width` columns; None where it is one, or a blank line."""
    return None if is_blank(row) else row_problem(row, width)


def row_problem(row: Row, width: int) -> str | None:
    """Why a row that is not blank is no row of a table of `width` columns; None where it is one."""
    if len(row) < width or any(cell.strip() for cell in row[width:]):
        surplus = ", ".join(shown(cell) for cell in row[width : width + MOST_NAMED])
        beyond = f" Without a column: {surplus}." if surplus else ""
        return (
            f"The row has {len(row)} cells where the header has {width}.{beyond} "
            "Check its separators and quotes."
        )
    longest = max(map(len, row))
    if longest > MOST_CHARACTERS:
        return f"A cell has {longest:,} characters; at most {MOST_CHARACTERS:,} are read."
    if any("\0" in cell for cell in row):
        return "A cell holds a NUL character, which no text has. Export the table again."
    if not any(row):
        return "The row is empty: it has separators and nothing between them."
    return None


def is_blank(row: Row) -> bool:
    """Whether nothing stands in a line, not even separators."""
    return len(row) < 2 and not "".join(row).strip()


def check_rows(count: int) -> None:
    """Refuse a table that is too long.

    Raises:
        InputError: more than `MOST_ROWS`.
    """
    if count > MOST_ROWS:
        raise InputError(
            f"The table has more than {MOST_ROWS:,} rows. Split it and send the parts."
        )
