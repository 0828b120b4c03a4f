"""Parquet files, in and out: typed columns, some rows at a time."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from shared.errors import InputError
from shared.loan.table.columns import Matched
from shared.loan.table.rows import (
    MOST_CHARACTERS,
    MOST_ROWS,
    NO_ROWS,
    TEXT_TYPES,
    TOO_MANY,
    Batch,
    OpenTable,
    too_long,
)

MAGIC = b"PAR1"
FIRST = 2  # number of the first row, as in a spreadsheet with a header
MOST_UNPACKED = 1 << 30  # bytes of a file
MOST_OF_A_BATCH = 1 << 28  # bytes
EMPTY_ROW = "The row is empty: nothing is stated in any of its columns."


def open_parquet(path: Path) -> OpenTable:
    """Open a Parquet file.

    A text that stands in many rows may be kept once, so that a small file can ask for any amount of
    memory. Texts are therefore read as dictionaries, and written out only where they fit.

    Raises:
        InputError: it cannot be read, has no rows, or too many; while it is read, it is damaged or
            unpacks to more than fits.
    """
    from pyarrow.parquet import ParquetFile  # few need it

    with _readable():
        plain = ParquetFile(path)
        facts = plain.metadata
        leaves = [plain.schema.column(k) for k in range(facts.num_columns)]
        texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
        coded = ParquetFile(path, metadata=facts, read_dictionary=texts)
    unpacked = sum(facts.row_group(k).total_byte_size for k in range(facts.num_row_groups))
    if facts.num_rows == 0:
        raise InputError(NO_ROWS)
    if facts.num_rows > MOST_ROWS:
        raise InputError(TOO_MANY)
    _refuse_size(unpacked, MOST_UNPACKED)
    schema, longest = plain.schema_arrow, max(leaf.length for leaf in leaves)

    def batches(size: int) -> Iterator[Batch]:
        number = FIRST
        _refuse_size(longest * size, MOST_OF_A_BATCH)  # of fixed length, not read as dictionaries
        with _readable():
            for part in _joined(coded.iter_batches(batch_size=size), schema, size):
                numbers = range(number, number + part.num_rows)
                number += part.num_rows
                done = (number - FIRST) / facts.num_rows
                yield Batch(part.columns, numbers, _problems(part.columns), {}, done)

    return OpenTable([name.strip() for name in schema.names], batches, schema=schema)


def _joined(
    parts: Iterable[pa.RecordBatch], schema: pa.Schema, size: int
) -> Iterator[pa.RecordBatch]:
    """Parts that follow each other with their texts written out, at most `size` rows together.

    With dictionaries no part reaches beyond its row group, and a file may have a great many.
    """
    waiting: list[pa.RecordBatch] = []
    for part in parts:
        if sum(len(other) for other in waiting) + len(part) > size:
            yield pa.concat_batches(waiting)
            waiting = []
        _refuse_size(sum(map(_unpacked, part.columns)), MOST_OF_A_BATCH)
        columns = map(_as, part.columns, schema.types)
        waiting.append(pa.record_batch(list(columns), schema=schema))
    yield pa.concat_batches(waiting)


def usable(matched: Matched, schema: pa.Schema) -> Matched:
    """The same columns, of types from which a field can be read.

    Raises:
        InputError: a field's column holds lists, records or bytes.
    """
    kinds = schema.types
    for at in matched.fields:
        if not _is_scalar(kinds[at]):
            raise InputError(
                f"The column {schema.names[at]} holds {kinds[at]}, which cannot be read as "
                "values. Send numbers, texts or booleans."
            )
    has_id = matched.id is not None and _is_scalar(kinds[matched.id])
    return matched if has_id else replace(matched, id=None)


@contextmanager
def parquet_writer(
    path: Path, schema: pa.Schema, results: pa.Schema
) -> Iterator[Callable[[Batch, pa.RecordBatch], None]]:
    """A Parquet file that takes rows of another with their results behind them."""
    from pyarrow.parquet import ParquetWriter

    for field in results:
        # A column of that name may have been sent, and programs read columns by their name.
        while field.name in schema.names:
            field = field.with_name(f"{field.name}_new")
        schema = schema.append(field)

    with ParquetWriter(path, schema) as writer:
        yield lambda batch, results: writer.write_batch(
            pa.record_batch([*batch.columns, *results.columns], schema=schema)
        )


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except InputError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(
            f"The file begins like a Parquet file but cannot be read ({error}). Write it again."
        ) from error


def _refuse_size(size: int, most: int) -> None:
    if size > most:
        raise InputError(
            f"The file unpacks to {size >> 20:,} MB where {most >> 20:,} MB are read. Leave out "
            "columns of long texts, or split the file."
        )


def _unpacked(column: pa.Array) -> int:
    """Bytes of a column whose texts are written out."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        lengths = pc.binary_length(column.dictionary)
        return pc.sum(lengths.take(column.indices)).as_py() or 0
    if pa.types.is_struct(kind):
        return sum(map(_unpacked, column.flatten()))
    if pa.types.is_nested(kind):
        return _unpacked(column.values)
    return column.nbytes


def _as(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if column.type == kind:
        return column
    # PyArrow has no way from a dictionary to its newest types of text but over the oldest.
    return column.cast(pa.string()).cast(kind) if kind == pa.string_view() else column.cast(kind)


def _problems(columns: list[pa.Array]) -> dict[int, str]:
    """Rows in which nothing stands, or a very long text."""
    empty: NDArray[np.bool_] = np.ones(len(columns[0]), dtype=np.bool_)
    problems: dict[int, str] = {}
    for column in columns:
        stated = column.is_valid().to_numpy(zero_copy_only=False)
        if column.type in TEXT_TYPES:
            lengths = pc.utf8_length(column).fill_null(0).to_numpy(zero_copy_only=False)
            stated = lengths > 0
            for row in np.flatnonzero(lengths > MOST_CHARACTERS).tolist():
                problems[row] = too_long(int(lengths[row]))
        empty &= ~stated
    return problems | dict.fromkeys(np.flatnonzero(empty).tolist(), EMPTY_ROW)


def _is_scalar(kind: Any) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    is_binary = pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
    return not (pa.types.is_nested(kind) or is_binary or pa.types.is_fixed_size_binary(kind))
