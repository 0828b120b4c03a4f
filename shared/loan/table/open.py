"""Open a table, whatever kind of file holds it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from shared.errors import InputError
from shared.loan.fields.numbers import Decimal
from shared.loan.table.plain import plain_batch, plain_lines
from shared.loan.table.quoted import quoted_rows
from shared.loan.table.rows import Batch, Row, batch_of, problem_of
from shared.loan.table.text import TextTable, open_text
from shared.loan.table.workbook import open_sheet
from shared.loan.table.workbook_guard import is_workbook

MOST_BYTES = 1 << 28
MOST_STRINGS = 4096  # rows whose cells are strings, at a time: more of them leave the cache

Batches = Iterator[Batch | None]


@dataclass(frozen=True)
class OpenTable:
    """A table, ready to be read.

    Attributes:
        header: the names of the columns.
        delimiter: between the cells of the file; a comma for a workbook.
        decimal: mark of its numbers.
        batches: the rows, at most so many at a time; None for blank lines.
    """

    header: Row
    delimiter: str
    decimal: Decimal
    batches: Callable[[int], Batches]


def open_table(path: Path) -> OpenTable:
    """Open a CSV (any common encoding and separator) or a workbook (.xlsx, .xls, .ods).

    What the bytes are decides, not the name of the file.

    Raises:
        InputError: no table, no rows, or too many.
    """
    try:
        size = path.stat().st_size
        if size == 0:
            raise InputError("The file is empty (0 bytes). Save the table again and send that.")
        if size > MOST_BYTES:
            raise InputError(
                f"The file has {size >> 20:,} MB; at most {MOST_BYTES >> 20:,} MB are read. Split "
                "it and send the parts."
            )
        return _workbook(path) if is_workbook(path) else _text(open_text(path), size)
    except OSError as error:
        raise InputError(f"The file {path.name!r} cannot be read: {error.strerror}.") from error


def _text(table: TextTable, size: int) -> OpenTable:
    read = _quoted_batches if table.quoted else _plain_batches
    return OpenTable(
        table.header, table.delimiter, table.decimal, lambda rows: read(table, rows, size)
    )


def _plain_batches(table: TextTable, rows: int, size: int) -> Batches:
    number = table.first
    with table.path.open(encoding=table.encoding) as file:
        for _ in range(table.lines):
            file.readline()
        for lines, count in plain_lines(file, rows):
            done = _done(file, size)
            yield plain_batch(lines, table.delimiter, len(table.header), number, done)
            number += count


def _quoted_batches(table: TextTable, rows: int, size: int) -> Batches:
    number, width = table.first, len(table.header)
    with table.path.open(encoding=table.encoding, newline="") as file:
        for _ in range(table.lines):
            file.readline()
        for found, wrong in quoted_rows(file, table.delimiter, width, min(rows, MOST_STRINGS)):
            yield batch_of(found, wrong, width, number, _done(file, size))
            number += len(found)


def _done(file: TextIO, size: int) -> float:
    """Share of a file that has been read from the disk."""
    return os.lseek(file.fileno(), 0, os.SEEK_CUR) / size


def _workbook(path: Path) -> OpenTable:
    sheet = open_sheet(path)

    def batches(rows: int) -> Batches:
        number, width = sheet.first, len(sheet.header)
        while found := list(islice(sheet.rows, min(rows, MOST_STRINGS))):
            done = (number - sheet.first + len(found)) / sheet.count
            yield batch_of(found, [problem_of(row, width) for row in found], width, number, done)
            number += len(found)

    return OpenTable(sheet.header, ",", ".", batches)
