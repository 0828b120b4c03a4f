"""Rows of a CSV with quotes: cells may hold separators and newlines, and a quote may never close.

A quote that never closes would swallow all rows up to the next quote. So lines that together are no
row of the table are taken one by one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from shared.loan.csv_rows import MOST_CHARACTERS, Row, problems_of, row_problem

END = "\x1e\x1eend of the table"  # a last line: where it is not a row of its own, a quote is open
OPEN_QUOTE = 'A quote (") is opened and never closed. Close it, or leave it out.'

Found = tuple[list[Row], dict[int, str]]


def quoted_rows(lines: Iterable[str], delimiter: str, width: int, size: int) -> Iterator[Found]:
    """Rows, some at a time.

    Args:
        lines: of the file behind the header, with their line ends.
        delimiter: between cells.
        width: columns of the header.
        size: rows at a time.

    Yields:
        The cells of each row, none for a blank line, and what is wrong with a row by its position.
    """
    source = iter(chain(lines, [END]))
    while True:
        taken: list[str] = []
        rows: list[Row] = []
        try:
            # Strict: text behind a closing quote is the sign of another quote that never closed.
            reader = csv.reader(_keeping(source, taken), delimiter=delimiter, strict=True)
            rows.extend(islice(reader, size))
            whole = all(len(row) == width for row in rows if row and row != [END])
        except csv.Error:
            whole = False
        if not taken:
            return
        ended = taken[-1] == END
        if whole and (not ended or rows[-1] == [END]):
            rows = rows[:-1] if ended else rows
            yield rows, problems_of(rows, width) if _is_odd(taken, rows) else {}
        else:
            yield _one_by_one(taken, delimiter, width)
        if ended:
            return


def _keeping(lines: Iterator[str], taken: list[str]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line


def _is_odd(taken: list[str], rows: list[Row]) -> bool:
    """Whether rows of the right width may still have a problem; most never do."""
    return (
        len(taken) > len(rows) + 1
        or max(map(len, taken)) > MOST_CHARACTERS
        or any("\0" in line for line in taken)
        or not all(map(any, rows))
    )


def _one_by_one(taken: list[str], delimiter: str, width: int) -> Found:
    """Read lines again, those that are no row together as a row each."""
    rows: list[Row] = []
    problems: dict[int, str] = {}
    reader = csv.reader(iter(taken), delimiter=delimiter, strict=True)
    at = 0
    while at < len(taken):
        row = _next_row(reader)
        lines, at = taken[at : reader.line_num], reader.line_num
        if row is not None and END not in lines and (len(lines) == 1 or len(row) == width):
            found = [(row, row_problem(row, width) if row else None)]
        else:
            found = [_alone(line, delimiter, width) for line in lines if line != END]
        for each, problem in found:
            if problem:
                problems[len(rows)] = problem
            rows.append(each)
    return rows, problems


def _next_row(reader: Iterator[Row]) -> Row | None:
    try:
        return next(reader)
    except csv.Error:
        return None


def _alone(line: str, delimiter: str, width: int) -> tuple[Row, str | None]:
    """A line as a row of its own."""
    as_sent = line.rstrip("\r\n").split(delimiter)
    try:
        rows = list(csv.reader([line, END], delimiter=delimiter))
    except csv.Error:  # a cell beyond the module's own limit, far over ours
        return as_sent, row_problem([line], 1)
    if rows[-1] != [END]:
        return as_sent, OPEN_QUOTE
    return rows[0], row_problem(rows[0], width) if rows[0] else None
