"""Rows of a CSV with quotes: cells may hold separators and newlines, and a quote may never close.

A quote that never closes would swallow all rows up to the next quote. So lines that together are no
row of the table are taken one by one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from shared.loan.table.rows import MOST_CHARACTERS, Row, problem_of, row_problem

END = "\x1e\x1eend of the table"  # a last line: where it is not a row of its own, a quote is open
OPEN_QUOTE = 'A quote (") is opened and never closed. Close it, or leave it out.'

Found = tuple[list[Row], list[str | None]]


def quoted_rows(lines: Iterable[str], delimiter: str, width: int, size: int) -> Iterator[Found]:
    """Rows, some at a time.

    Args:
        lines: of the file behind the header, with their line ends.
        delimiter: between cells.
        width: columns of the header.
        size: rows at a time, at most.

    Yields:
        The cells of each row, none for a blank line, and for each row what is wrong with it.
    """
    source = iter(chain(lines, [END]))
    rows: list[Row] = []
    problems: list[str | None] = []
    ended = False
    while not ended:
        taken: list[str] = []
        found, wrong = _read(_keeping(source, taken), taken, delimiter, width, size - len(rows))
        rows += found
        problems += wrong
        ended = taken[-1] == END
        while len(rows) >= size or (ended and rows):
            yield rows[:size], problems[:size]
            rows, problems = rows[size:], problems[size:]


def _read(lines: Iterator[str], taken: list[str], delimiter: str, width: int, size: int) -> Found:
    """The next rows: `size` of them, or as far as one that is none."""
    rows: list[Row] = []
    # Strict: text behind a closing quote is the sign of another quote that never closed.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        rows.extend(islice(reader, size))
    except csv.Error:
        return _one_by_one(taken, delimiter, width)
    if taken[-1] == END and rows.pop() != [END]:
        return _one_by_one(taken, delimiter, width)
    if not {0, width}.issuperset(map(len, rows)):
        return _one_by_one(taken, delimiter, width)
    if _is_odd(taken, rows):
        return rows, [problem_of(row, width) for row in rows]
    return rows, [None] * len(rows)


def _keeping(lines: Iterator[str], taken: list[str]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line


def _is_odd(taken: list[str], rows: list[Row]) -> bool:
    """Whether rows of the right width may still have a problem; most never do."""
    return (
        len(taken) > len(rows) + (taken[-1] == END)
        or max(map(len, taken)) > MOST_CHARACTERS
        or "\0" in "".join(taken)
        or not all(map(any, rows))
    )


def _one_by_one(taken: list[str], delimiter: str, width: int) -> Found:
    """Read lines again, those that are no row together as a row each."""
    rows: list[Row] = []
    problems: list[str | None] = []
    reader = csv.reader(iter(taken), delimiter=delimiter, strict=True)
    at = 0
    while at < len(taken):
        row = _next_row(reader)
        lines, at = taken[at : reader.line_num], reader.line_num
        if row is not None and END not in lines and (len(lines) == 1 or len(row) == width):
            found = [(row, problem_of(row, width))]
        else:
            found = [_alone(line, delimiter, width) for line in lines if line != END]
        rows += [each for each, _ in found]
        problems += [problem for _, problem in found]
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
    return rows[0], problem_of(rows[0], width)
