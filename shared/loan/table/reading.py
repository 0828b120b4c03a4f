"""Read a table of applications, whatever kind of file holds it, in bounded memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.loan.fields.declared import Fields
from shared.loan.table.columns import Matched, match_columns, read_values, texts_of
from shared.loan.table.csv_blocks import open_csv
from shared.loan.table.parquet import MAGIC, open_parquet, usable
from shared.loan.table.rows import MOST_BYTES, MOST_ROWS, TOO_MANY, Batch, OpenTable, Row
from shared.loan.table.workbook import OLE, ZIP, is_workbook, open_workbook

CHUNK = 20_000  # rows


@dataclass(frozen=True)
class Chunk:
    """Some rows of a table that follow each other.

    Attributes:
        source: the table that they are of.
        columns: which of its columns holds what.
        batch: the rows as they were sent.
        table: (N, F) float64; NaN for "not stated", and everywhere in a row with an error.
        errors: of each row, a sentence that names column and value, or None.
        ids: the cell of each row that names it; empty texts without such a column.
    """

    source: OpenTable
    columns: Matched
    batch: Batch
    table: NDArray[np.float64]
    errors: list[str | None]
    ids: list[str]

    @property
    def header(self) -> Row:
        """The names of all columns."""
        return self.source.header

    @property
    def numbers(self) -> Sequence[int]:
        """Of each row, as a spreadsheet counts: the header of most tables is row 1."""
        return self.batch.numbers

    @property
    def cells(self) -> list[Row]:
        """The cells of each row as they were sent, all columns in their order."""
        rows = [list(row) for row in zip(*map(texts_of, self.batch.columns), strict=True)]
        return [self.batch.ragged.get(at, row) for at, row in enumerate(rows)]


def read_chunks(path: Path, fields: Fields, size: int = CHUNK) -> Iterator[Chunk]:
    """Read a table of applications.

    Args:
        path: of a CSV, a workbook or a Parquet file.
        fields: of an application; the columns may stand in any order, among others.
        size: rows at a time, at most.

    Yields:
        Chunks, in the order of the file. Lines in which nothing stands are left out.

    Raises:
        InputError: at the first chunk: not a table, no rows, too many, columns missing or twice.
    """
    table = open_table(path)
    columns = match_columns(fields, table.header)
    if table.schema is not None:
        columns = usable(columns, table.schema)
    rows = 0
    for batch in table.batches(size):
        rows += len(batch.numbers)
        if rows > MOST_ROWS:
            raise InputError(TOO_MANY)
        if len(batch.numbers):
            yield _chunk(table, columns, fields, batch)


def open_table(path: Path) -> OpenTable:
    """Open a CSV (any common encoding and separator), a workbook (.xlsx, .xls, .ods) or Parquet.

    What the bytes are decides, not the name of the file.

    Raises:
        InputError: not a table, no rows, or too many.
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
        start = _start(path)
        if start.startswith(MAGIC):
            return open_parquet(path)
        if start.startswith((OLE, ZIP)) and is_workbook(path):
            return open_workbook(path)
        return open_csv(path)
    except OSError as error:
        raise InputError(f"The file {path.name!r} cannot be read: {error.strerror}.") from error


def answers_suffix(path: Path) -> str:
    """How the name of a file with answers ends: a Parquet file is answered with one."""
    return ".parquet" if _start(path).startswith(MAGIC) else ".csv"


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(8)


def _chunk(table: OpenTable, columns: Matched, fields: Fields, batch: Batch) -> Chunk:
    values, problems = read_values(fields, columns, batch.columns, table.header, table.decimal)
    errors: list[str | None] = [None] * len(values)
    for row, sentences in problems.items():
        errors[row] = " ".join(sentences)
    for row, problem in batch.problems.items():  # of a row that does not fit, no cell is judged
        errors[row] = problem
    values[[row for row, error in enumerate(errors) if error]] = np.nan
    ids = [""] * len(errors) if columns.id is None else texts_of(batch.columns[columns.id])
    return Chunk(table, columns, batch, values, errors, ids)
