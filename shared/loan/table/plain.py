"""Rows of a CSV without quotes, in which a newline always ends a row: read as whole blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from shared.errors import InputError
from shared.loan.table.cells import Cells, grid_of
from shared.loan.table.rows import MOST_CHARACTERS, Batch, batch_of, problem_of

BLOCK = 1 << 20  # characters read at a time; what NumPy works on stays within the cache
MOST_OF_A_LINE = 10 * BLOCK


def plain_lines(file: TextIO, size: int) -> Iterator[tuple[str, int]]:
    """Whole lines as one text, at most `size` of them, a newline between them, and their number.

    Args:
        file: opened so that every line end becomes a newline, and read up to the first row.
        size: lines at a time.

    Raises:
        InputError: a line has more than `MOST_OF_A_LINE` characters.
    """
    rest = ""
    while piece := file.read(BLOCK):
        lines, newline, rest = (rest + piece).rpartition("\n")
        if newline:
            yield from _at_most(lines, size)
        if len(rest) > MOST_OF_A_LINE:
            raise InputError(
                f"A line of the file has more than {MOST_OF_A_LINE:,} characters. This is no "
                "table with a row on each line."
            )
    if rest:
        yield rest, 1


def plain_batch(lines: str, delimiter: str, width: int, first: int, done: float) -> Batch | None:
    """The rows of a text without quotes.

    Args:
        lines: with a newline between them.
        delimiter: between cells.
        width: columns of the header.
        first: number of the first line as a row.
        done: share of the file.

    Returns:
        The batch; None where all lines are blank.
    """
    columns = grid_of(lines, delimiter, width) if width > 1 else None
    if columns is None or _has_problems(columns):
        rows = [line.split(delimiter) for line in lines.split("\n")]
        return batch_of(rows, [problem_of(row, width) for row in rows], width, first, done)
    numbers = range(first, first + len(columns[0].start))
    return Batch(lines, columns.__getitem__, numbers, {}, done)


def _at_most(lines: str, size: int) -> Iterator[tuple[str, int]]:
    count = lines.count("\n") + 1
    if count <= size:
        yield lines, count
        return
    each = lines.split("\n")
    for k in range(0, count, size):
        part = each[k : k + size]
        yield "\n".join(part), len(part)


def _has_problems(columns: list[Cells]) -> bool:
    """Whether a row of the right width is empty or very long."""
    lengths = columns[-1].end - columns[0].start
    return bool(lengths.min() < len(columns) or lengths.max() > MOST_CHARACTERS)
