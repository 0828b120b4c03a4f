"""Read a table of applications, from bytes on disk to chunks of numbers, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.loan.fields.declared import Fields
from shared.loan.table.columns import Columns, match_columns
from shared.loan.table.convert import convert
from shared.loan.table.open import OpenTable, open_table
from shared.loan.table.rows import Batch, Row, check_rows

CHUNK = 20_000  # rows


@dataclass(frozen=True)
class Chunk:
    """Some rows of a table that follow each other.

    Attributes:
        header: the names of all columns.
        columns: which of them holds what.
        delimiter: between the cells of the file.
        source: the rows as one text, a newline between them, where no cell is quoted; else cells.
        table: (N, F) float64; NaN for "not stated", and everywhere in a row with an error.
        errors: of each row, a sentence that names column and value, or None.
        numbers: of each row, as a spreadsheet counts: the header of most tables is row 1.
        done: share of the file that has been read, 0..1.
    """

    header: Row
    columns: Columns
    delimiter: str
    source: str | list[Row]
    table: NDArray[np.float64]
    errors: list[str | None]
    numbers: Sequence[int]
    done: float

    @property
    def first_line(self) -> int:
        """Number of the first row."""
        return self.numbers[0]

    @cached_property
    def cells(self) -> list[Row]:
        """The cells of each row as they were sent, all columns in their order."""
        if isinstance(self.source, list):
            return self.source
        return [line.split(self.delimiter) for line in self.source.split("\n")]

    @property
    def ids(self) -> list[str]:
        """The cell of each row that names it; empty texts without such a column."""
        at = self.columns.id
        if at is None:
            return [""] * len(self.errors)
        if isinstance(self.source, str):
            return [line.split(self.delimiter, at + 1)[at] for line in self.source.split("\n")]
        return [row[at] if at < len(row) else "" for row in self.source]


def read_chunks(path: Path, fields: Fields, size: int = CHUNK) -> Iterator[Chunk]:
    """Read a table of applications.

    Args:
        path: of a CSV or a workbook.
        fields: of an application; the columns may stand in any order, among others.
        size: rows at a time, at most.

    Yields:
        Chunks, in the order of the file. Lines in which nothing stands are left out.

    Raises:
        InputError: at the first chunk: no table, no rows, too many, columns missing or twice.
    """
    table = open_table(path)
    columns = match_columns(fields, table.header)
    rows = 0
    for batch in table.batches(size):
        if batch is not None:
            rows += len(batch.numbers)
            check_rows(rows)
            yield _chunk(table, columns, fields, batch)


def _chunk(table: OpenTable, columns: Columns, fields: Fields, batch: Batch) -> Chunk:
    values = np.full((len(batch.numbers), len(fields)), np.nan)
    found = {row: [problem] for row, problem in batch.problems.items()}
    for k, (field, at) in enumerate(zip(fields, columns.fields, strict=True)):
        values[:, k], wrong = convert(field, batch.column(at), table.header[at], table.decimal)
        for row, problem in wrong.items():
            found.setdefault(row, []).append(problem)
    errors: list[str | None] = [None] * len(values)
    for row, problems in found.items():
        errors[row] = " ".join(problems)
        values[row] = np.nan
    return Chunk(
        table.header, columns, table.delimiter, batch.source, values, errors, batch.numbers,
        batch.done,
    )  # fmt: skip
