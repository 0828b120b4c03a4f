"""Write a table of applications back: all that was sent, and the answers behind it.

A CSV is UTF-8 with a byte order mark and CRLF, which Excel opens as it is; the separator is that of
the file that was sent, which the sender's Excel expects. A cell that a spreadsheet would run as a
formula gets an apostrophe. A Parquet file, which no spreadsheet runs, keeps its types.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from shared.loan.fields.declared import Field, Fields
from shared.loan.fields.numbers import typed
from shared.loan.table.parquet import parquet_writer
from shared.loan.table.rows import Batch, OpenTable
from shared.spreadsheet import FORMULA_STARTS

MARK = "\ufeff"
LINE_END = "\r\n"
STEPS = 10_000  # probabilities are written with four digits
PROBABILITIES = pa.array([f"{k / STEPS:.4f}" for k in range(STEPS + 1)])  # looked up, not formatted
FORMULA = f"^[{re.escape(''.join(FORMULA_STARTS))}]"
SIGNED_NUMBER = r"^(?:[+-](?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]\d+,\d+)$"

Write = Callable[[Batch, pa.RecordBatch], object]


@contextmanager
def open_answers(path: Path, table: OpenTable, results: pa.Schema) -> Iterator[Write]:
    """A file for the rows of a table with their results: Parquet for Parquet, CSV for all others.

    Args:
        path: of the file.
        table: whose columns come back as they were sent.
        results: names and types of the columns that follow.

    Yields:
        What writes some rows and their results. Of a row with too many cells those come back that
        have a column, one with too few is filled up.
    """
    if table.schema is not None:
        with parquet_writer(path, table.schema, results) as write:
            yield write
        return
    with path.open("wb") as file:
        file.write((MARK + _line([*table.header, *results.names], table.delimiter)).encode())

        def write_lines(batch: Batch, results: pa.RecordBatch) -> None:
            columns = [*batch.columns, *written(results)]
            cells = [_as_needed(column, table.delimiter) for column in columns]
            rows = pc.binary_join_element_wise(*cells, table.delimiter)
            file.write(pc.binary_join_element_wise(rows, "", LINE_END).buffers()[2])

        yield write_lines


def written(results: pa.RecordBatch) -> list[pa.Array]:
    """Results as text: probabilities with four digits, empty texts for null."""
    return [
        PROBABILITIES.take(pc.round(pc.multiply(column, STEPS)).cast(pa.int32())).fill_null("")
        if pa.types.is_floating(column.type)
        else column.fill_null("")
        for column in results.columns
    ]


def cells_in_csv(column: pa.Array, delimiter: str) -> pa.Array:
    """Cells as they stand in a CSV: no formulas, in quotes where they must be.

    A plain number is not a formula, though it may start with a sign as formulas do.
    """
    starts = pc.match_substring_regex(column, FORMULA)
    is_formula = pc.and_not(starts, pc.match_substring_regex(column, SIGNED_NUMBER))
    safe = pc.if_else(is_formula, pc.binary_join_element_wise("", column, "'"), column)
    is_odd = pc.match_substring_regex(safe, f'[{re.escape(delimiter)}"\r\n]')
    doubled = pc.replace_substring(safe, '"', '""')
    return pc.if_else(is_odd, pc.binary_join_element_wise("", doubled, "", '"'), safe)


def template(fields: Fields) -> str:
    """A CSV to fill in: the header, an applicant with all values, one with the form's defaults.

    What the form leaves open is "not stated" and an empty cell of the second applicant.
    """
    rows = [
        [field.column for field in fields],
        [_default(field) or _first(field) for field in fields],
        [_default(field) for field in fields],
    ]
    return "".join(_line(row, ",") for row in rows)


def _as_needed(column: pa.Array, delimiter: str) -> pa.Array:
    """Cells as they stand in a CSV; most columns hold no sign that matters and stay the same."""
    buffer = column.buffers()[2]
    text = buffer.to_pybytes() if buffer else b""
    signs = {*FORMULA_STARTS, delimiter, '"', "\n", "\r"}
    return cells_in_csv(column, delimiter) if any(s.encode() in text for s in signs) else column


def _line(cells: Sequence[str], delimiter: str) -> str:
    return delimiter.join(cells_in_csv(pa.array(cells), delimiter).to_pylist()) + LINE_END


def _default(field: Field) -> str:
    """The form's default as a cell."""
    if field.default is None:
        return ""
    return field.default if isinstance(field.default, str) else typed(field.default)


def _first(field: Field) -> str:
    """A value for a field without a default."""
    return field.values[0] if field.kind == "choice" else typed(field.lowest)
