"""Write a table of applications back: all that was sent, and the answers behind it.

UTF-8 with a byte order mark and CRLF, which Excel opens as it is; the separator is that of the file
that was sent, which the sender's Excel expects. A cell that a spreadsheet would run as a formula
gets an apostrophe.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import BinaryIO

from shared.loan.fields.declared import Field, Fields
from shared.loan.fields.numbers import typed
from shared.loan.table.read import Chunk
from shared.spreadsheet import FORMULA_STARTS, harmless

MARK = "\ufeff"
LINE_END = "\r\n"
# A number with a sign is no formula. With a comma as the separator no cell of a line holds one.
SIGNED_POINT = r"[+-](?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
SIGNED_COMMA = r"[+-]\d+,\d+"
SIGNED = re.compile(f"{SIGNED_POINT}|{SIGNED_COMMA}")


def write_header(file: BinaryIO, chunk: Chunk, results: Sequence[str]) -> None:
    """Write the names of the columns: those of the input, then those of the results.

    Args:
        file: opened for bytes.
        chunk: any of the table.
        results: names of the columns that follow.
    """
    cells = [cell_text(cell, chunk.delimiter) for cell in [*chunk.header, *results]]
    file.write(f"{MARK}{chunk.delimiter.join(cells)}{LINE_END}".encode())


def write_chunk(file: BinaryIO, chunk: Chunk, results: Sequence[Sequence[str]]) -> None:
    """Write the rows of a chunk in their order, each with its results.

    Args:
        file: opened for bytes.
        chunk: as it was read; its input columns come back as they were sent. Of a row with too
            many cells those come back that have a column, one with too few is filled up.
        results: for each further column, a cell for each row.
    """
    delimiter = chunk.delimiter
    rows = (
        [_harmless_lines(chunk.source, delimiter).split("\n")]
        if isinstance(chunk.source, str)
        else _columns_of(chunk.source, len(chunk.header), delimiter)
    )
    columns = [*rows, *(_ready(column, delimiter) for column in results)]
    lines = LINE_END.join(map(delimiter.join, zip(*columns, strict=True)))
    file.write(f"{lines}{LINE_END}".encode())


def template(fields: Fields) -> str:
    """A CSV to fill in: the header, an applicant with all values, one with the form's defaults.

    What the form leaves open is "not stated" and an empty cell of the second applicant.
    """
    rows = [
        [field.column for field in fields],
        [_cell(field) or _first(field) for field in fields],
        [_cell(field) for field in fields],
    ]
    return "".join(",".join(cell_text(cell, ",") for cell in row) + LINE_END for row in rows)


def cell_text(cell: str, delimiter: str) -> str:
    """A cell as it stands in the file: no formula, in quotes where it must be.

    A plain number is none, though it may start with a sign as formulas do.
    """
    safe = cell if SIGNED.fullmatch(cell) else harmless(cell)
    if delimiter in safe or '"' in safe or "\n" in safe or "\r" in safe:
        return '"' + safe.replace('"', '""') + '"'
    return safe


def _ready(cells: Sequence[str], delimiter: str) -> Sequence[str]:
    """The cells of a column as they stand in the file; as they are where none has to change."""
    joined = "\n" + "\n".join(cells)
    quoted = any(sign in joined for sign in (delimiter, '"', "\r"))
    if quoted or joined.count("\n") != len(cells) or _may_hold_formula(joined, "\n"):
        return [cell_text(cell, delimiter) for cell in cells]
    return cells


def _columns_of(rows: list[list[str]], width: int, delimiter: str) -> list[Sequence[str]]:
    if any(len(row) != width for row in rows):
        rows = [[*row, *[""] * (width - len(row))][:width] for row in rows]
    return [_ready(column, delimiter) for column in zip(*rows, strict=True)]


def _harmless_lines(lines: str, delimiter: str) -> str:
    """Lines without quotes, made harmless as a whole: most hold nothing to change."""
    starts = [sign for sign in FORMULA_STARTS if sign != delimiter]
    if not any(_may_hold_formula(f"\n{lines}", before, starts) for before in ("\n", delimiter)):
        return lines
    ends = f"[{re.escape(delimiter)}\\n]"
    number = SIGNED_POINT if delimiter == "," else f"(?:{SIGNED_POINT}|{SIGNED_COMMA})"
    begins = f"(^|{ends})(?=[{re.escape(''.join(starts))}])"
    return re.sub(rf"{begins}(?!{number}(?:{ends}|\Z))", r"\1'", lines)


def _may_hold_formula(text: str, before: str, starts: Sequence[str] = FORMULA_STARTS) -> bool:
    return any(sign in text and before + sign in text for sign in starts)


def _cell(field: Field) -> str:
    """The form's default as a cell."""
    if field.default is None:
        return ""
    return field.default if isinstance(field.default, str) else typed(field.default)


def _first(field: Field) -> str:
    """A value for a field without a default."""
    return field.values[0] if field.kind == "choice" else typed(field.lowest)
