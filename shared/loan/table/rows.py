"""What every kind of table comes out as: batches of rows, and the rows that do not fit."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from shared.loan.fields.numbers import Decimal, shown

MOST_ROWS = 1_000_000
MOST_BYTES = 1 << 28  # of a file
MOST_CHARACTERS = 10_000  # of a cell
MOST_NAMED = 3  # cells that a message quotes
TOO_MANY = f"The table has more than {MOST_ROWS:,} rows. Split it and send the parts."
NO_ROWS = "The table has a header and no rows. Put an applicant into each row below the header."
TEXT_TYPES = (pa.string(), pa.large_string())  # texts one behind the other in one buffer

Row = list[str]


@dataclass(frozen=True)
class Batch:
    """Some rows that follow each other.

    Attributes:
        columns: the N cells of each column as they were sent: text from a CSV or a workbook, any
            type from Parquet.
        numbers: (N,) of each row as a spreadsheet counts: the header of most tables is row 1.
        problems: by the position of a row in the batch, a sentence that says why it does not fit.
        ragged: by the position of a row with more or fewer cells than the header, its cells.
        done: fraction of the file that has been read, 0..1.
    """

    columns: list[pa.Array]
    numbers: Sequence[int]
    problems: dict[int, str] = field(default_factory=dict)
    ragged: dict[int, Row] = field(default_factory=dict)
    done: float = 1.0


@dataclass(frozen=True)
class OpenTable:
    """A table of any kind, ready to be read.

    Attributes:
        header: the names of the columns.
        batches: the rows in their order, at most so many at a time. Lines in which nothing stands
            are left out.
        delimiter: between the cells of the file; a comma where it is not a CSV.
        decimal: mark of its numbers.
        schema: of a Parquet file; None for text and workbooks.
    """

    header: Row
    batches: Callable[[int], Iterator[Batch]]
    delimiter: str = ","
    decimal: Decimal = "."
    schema: pa.Schema | None = None


def batch_of(
    rows: list[Row], problems: Sequence[str | None], width: int, first: int, done: float = 1.0
) -> Batch:
    """A batch of rows that are lists of cells, without those in which nothing stands at all.

    Args:
        rows: their cells; a ragged one is cut or filled up to the header's width.
        problems: for each row why it does not fit, or None.
        width: columns of the header.
        first: number of the first row.
        done: fraction of the file that has been read.
    """
    kept = [k for k, row in enumerate(rows) if not is_blank(row)]
    ragged = {at: rows[k] for at, k in enumerate(kept) if len(rows[k]) != width}
    even = [(rows[k] + [""] * (width - len(rows[k])))[:width] if ragged else rows[k] for k in kept]
    columns = zip(*even, strict=True) if even else [()] * width
    return Batch(
        [pa.array(column, pa.string()) for column in columns],
        [first + k for k in kept],
        {at: problem for at, k in enumerate(kept) if (problem := problems[k])},
        ragged,
        done,
    )


def row_problem(row: Row, width: int) -> str | None:
    """Why a row does not fit into a table of `width` columns; None where it does, or is blank."""
    if is_blank(row):
        return None
    if len(row) < width or any(cell.strip() for cell in row[width:]):
        surplus = ", ".join(shown(cell) for cell in row[width : width + MOST_NAMED])
        beyond = f" Without a column: {surplus}." if surplus else ""
        return (
            f"The row has {len(row)} cells where the header has {width}.{beyond} "
            "Check its separators and quotes."
        )
    longest = max(map(len, row))
    if longest > MOST_CHARACTERS:
        return too_long(longest)
    if any("\0" in cell for cell in row):
        return "A cell holds a NUL character, which no text has. Export the table again."
    if not any(row):
        return "The row is empty: it has separators and nothing between them."
    return None


def too_long(characters: int) -> str:
    """What to say about a cell that is too long."""
    return f"A cell has {characters:,} characters; at most {MOST_CHARACTERS:,} are read."


def is_blank(row: Row) -> bool:
    """Whether nothing stands in a line, not even separators."""
    return len(row) < 2 and not "".join(row).strip()
