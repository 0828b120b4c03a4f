"""Rows of a CSV: PyArrow parses whole blocks of lines, Python's csv module the odd ones.

PyArrow is fast and forgiving: it does not count the blank lines that it passes over, and a quote
that never closes swallows all rows up to the next quote. So a block in which anything is unusual (a
row of another width, a line break in a cell, a blank line, an empty row) is read again by the csv
module, where each line is known and lines that together do not make a row are taken one by one.
"""

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from shared.errors import InputError
from shared.loan.table.dialect import Dialect, find_dialect
from shared.loan.table.rows import MOST_CHARACTERS, Batch, OpenTable, Row, batch_of, row_problem

BLOCK = 1 << 20  # characters read at a time: some ten thousand rows
MOST_OF_A_LINE = 10 * BLOCK
MOST_OPEN = 1 << 17  # characters behind a quote until it counts as never closed
END = "\x1e\x1eend of the text"  # a last line: where it is not a row of its own, a quote is open
LINE_ENDS = (b"\n", b"\r")
OPEN_QUOTE = 'A quote (") is opened and never closed. Close it, or leave it out.'


def open_csv(path: Path) -> OpenTable:
    """Open a CSV of any common encoding and separator.

    Raises:
        InputError: it is not a table, has no rows, or too many; while it is read, a line is too
            long for a table.
    """
    dialect, total = find_dialect(path), path.stat().st_size

    def batches(size: int) -> Iterator[Batch]:
        with path.open(encoding=dialect.encoding, newline="") as file:
            for _ in range(dialect.lines):
                file.readline()
            for batch in _batches(file, dialect):
                done = os.lseek(file.fileno(), 0, os.SEEK_CUR) / total
                yield from _slices(replace(batch, done=done), size)

    return OpenTable(dialect.header, batches, dialect.delimiter, dialect.decimal)


def _batches(file: TextIO, dialect: Dialect) -> Iterator[Batch]:
    number, tail = dialect.first, ""
    for block, is_end in _whole_lines(file):
        columns = _parsed(tail + block, dialect)
        if columns is not None:
            count, tail = len(columns[0]), ""
            yield Batch(columns, range(number, number + count))
        else:
            rows, problems, tail = _records(tail + block, dialect, is_end=is_end)
            count = len(rows)
            yield batch_of(rows, problems, len(dialect.header), number)
        number += count


def _slices(batch: Batch, size: int) -> Iterator[Batch]:
    """The rows of a batch, at most `size` at a time."""
    for start in range(0, len(batch.numbers), size):
        yield Batch(
            [column.slice(start, size) for column in batch.columns],
            batch.numbers[start : start + size],
            {at - start: why for at, why in batch.problems.items() if 0 <= at - start < size},
            {at - start: row for at, row in batch.ragged.items() if 0 <= at - start < size},
            batch.done,
        )


def _whole_lines(file: TextIO) -> Iterator[tuple[str, bool]]:
    """Blocks of lines with their ends, and whether the file ends there."""
    rest, piece = "", file.read(BLOCK)
    while piece:
        text = rest + piece
        piece = file.read(BLOCK)
        # A "\r" that is the last character may be the first half of "\r\n".
        cut = max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1 if piece else len(text)
        if cut:
            yield text[:cut], not piece
        rest = text[cut:]
        if len(rest) > MOST_OF_A_LINE:
            raise InputError(
                f"A line of the file has more than {MOST_OF_A_LINE:,} characters. This is not a "
                "table with a row on each line."
            )


def _parsed(text: str, dialect: Dialect) -> list[pa.Array] | None:
    """The columns of a block as PyArrow parses it; None where anything in it is odd."""
    width = len(dialect.header)
    # One column cannot tell a blank line from an empty cell; PyArrow drops a byte order mark.
    if width == 1 or "\0" in text or text.startswith("\ufeff"):
        return None
    is_quoted = '"' in text
    # An end for the last line: if a quote is open there, the cell swallows it, which is seen below.
    data = (text if text.endswith(("\n", "\r")) else f"{text}\n").encode()
    names = [str(k) for k in range(width)]  # those of the header may stand twice
    try:
        parsed = arrow_csv.read_csv(
            pa.BufferReader(data),
            arrow_csv.ReadOptions(column_names=names, block_size=len(data), use_threads=False),
            arrow_csv.ParseOptions(
                delimiter=dialect.delimiter,
                quote_char='"' if is_quoted else False,
                newlines_in_values=is_quoted,
                ignore_empty_lines=False,  # a row of the wrong width then
            ),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), check_utf8=False
            ),
        )
    except pa.ArrowInvalid:  # a row of another width
        return None
    columns: list[pa.Array] = [column.combine_chunks() for column in parsed.columns]
    if is_quoted and any(sign in _bytes_of(column) for column in columns for sign in LINE_ENDS):
        return None
    lengths = np.array([pc.binary_length(column).to_numpy() for column in columns])
    if lengths.max() > MOST_CHARACTERS or lengths.sum(axis=0).min() == 0:
        return None
    return columns


def _bytes_of(column: pa.Array) -> bytes:
    """All texts of a column, one behind the other."""
    buffer = column.buffers()[2]
    return buffer.to_pybytes() if buffer else b""


def _records(
    text: str, dialect: Dialect, *, is_end: bool
) -> tuple[list[Row], list[str | None], str]:
    """Rows of a text of whole lines, read with care.

    Returns:
        The cells of each row, none for a blank line; of each why it does not fit; and, unless the
        file ends here, the lines at the end of the text that an open quote holds together.
    """
    delimiter, width = dialect.delimiter, len(dialect.header)
    lines = [*io.StringIO(text, newline=""), END]
    # Strict: text behind a closing quote is the sign of another quote that never closed.
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    problems: list[str | None] = []
    while (at := reader.line_num) < len(lines) - 1:
        row = _next_row(reader)
        taken = lines[at : reader.line_num]
        if is_open := taken[-1] == END:
            tail = "".join(taken[:-1])
            if not is_end and len(tail) < MOST_OPEN:
                return rows, problems, tail
            taken.pop()
        if row is not None and not is_open and (len(taken) == 1 or len(row) == width):
            rows.append(row)
            problems.append(row_problem(row, width))
            continue
        for line in taken:
            row, problem = _alone(line, delimiter, width)
            rows.append(row)
            problems.append(problem)
    return rows, problems, ""


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
    return rows[0], row_problem(rows[0], width)
