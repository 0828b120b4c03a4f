"""How a text file holds its table: encoding, separator, decimal mark, header."""

import codecs
import csv
import re
from dataclasses import dataclass
from pathlib import Path

from shared.errors import InputError
from shared.loan.fields.numbers import Decimal
from shared.loan.table.rows import MOST_ROWS, NO_ROWS, TOO_MANY, Row

SEND = "Send a table as CSV, Excel or Parquet file."
PIECE = 1 << 20  # bytes looked at a time
HEAD = 1 << 16  # bytes that tell what a file is
MOST_OF_A_HEADER = 1 << 20  # characters
MOST_LINES_BEFORE = 100  # a header is looked for in so many lines
DELIMITERS = (",", ";", "\t")
SEPARATOR_LINE = re.compile(r"sep=([,;\t])\s*", re.IGNORECASE)  # by which Excel is told it

# UTF-32 before UTF-16, whose mark is the first half of it.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NO_TABLES = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"PK\x03\x04": "a ZIP archive",
    b"SQLite format 3": "a database",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
    b"<?xml": "an XML file",
}
CONTROLS = dict.fromkeys([*range(9), *range(14, 28), *range(127, 160)])
FEW_CONTROLS = 3  # strays that a text may hold, besides a fraction
CONTROLS_FRACTION = 0.02
ZEROS_FRACTION = 0.3  # at every second byte; English in UTF-16 has more


@dataclass(frozen=True)
class Dialect:
    """How a text file holds its table.

    Attributes:
        encoding: as Python calls it.
        delimiter: between cells.
        decimal: mark of its numbers.
        header: the names of the columns.
        lines: of the file, up to and with the header.
        first: number of the first row behind the header, as a spreadsheet counts.
    """

    encoding: str
    delimiter: str
    decimal: Decimal
    header: Row
    lines: int
    first: int


def find_dialect(path: Path) -> Dialect:
    """Find out how a file holds its table.

    Raises:
        InputError: it is not a table, has no rows, or too many.
    """
    encoding, lines = _find_encoding(path)
    dialect = _find_header(path, encoding)
    # A table that is too long is refused before work is done on it.
    rows = _count_rows(path, dialect, MOST_ROWS + 1 if lines > MOST_ROWS + dialect.lines else 1)
    if rows == 0:
        raise InputError(NO_ROWS)
    if rows > MOST_ROWS:
        raise InputError(TOO_MANY)
    return dialect


def _find_encoding(path: Path) -> tuple[str, int]:
    """The encoding in which the whole file can be read, and its number of lines, at most."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    for start, kind in NO_TABLES.items():
        if head.startswith(start):
            raise InputError(f"The file is {kind}. {SEND}")
    candidates = _candidates(head)
    for encoding in candidates:
        try:
            lines = _count_lines(path, encoding)
        except UnicodeDecodeError:
            continue
        _refuse_controls(head, encoding)
        return encoding, lines
    raise InputError(
        f"The file begins as {candidates[0].upper()} but cannot be read to its end as that; it is "
        "damaged or cut short. Export it again."
    )


def _candidates(head: bytes) -> tuple[str, ...]:
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return (encoding,)
    half = max(len(head) // 2, 1)
    if head[1::2].count(0) / half > ZEROS_FRACTION:
        return ("utf-16-le",)
    if head[::2].count(0) / half > ZEROS_FRACTION:
        return ("utf-16-be",)
    return ("utf-8", "cp1252", "latin-1")


def _count_lines(path: Path, encoding: str) -> int:
    """Decode all of a file; a letter far behind may rule an encoding out."""
    decoder = codecs.getincrementaldecoder(encoding)()
    newlines, returns = 0, 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            decoder.decode(piece)
            newlines += piece.count(b"\n")
            returns += piece.count(b"\r")
    decoder.decode(b"", final=True)
    return max(newlines, returns)


def _refuse_controls(head: bytes, encoding: str) -> None:
    text = head.decode(encoding, errors="ignore")
    controls = len(text) - len(text.translate(CONTROLS))
    if controls > FEW_CONTROLS + CONTROLS_FRACTION * len(text):
        start = ascii(head[:8].decode("latin-1"))
        raise InputError(f"The file holds no text; its first bytes are {start}. {SEND}")


def _find_header(path: Path, encoding: str) -> Dialect:
    with path.open(encoding=encoding, newline="") as file:
        lines = [file.readline(MOST_OF_A_HEADER) for _ in range(MOST_LINES_BEFORE)]
    before = next((k for k, line in enumerate(lines) if line.strip()), None)
    if before is None:
        raise InputError("The file holds nothing but blank lines. Send a table with a header.")
    delimiters: tuple[str, ...] = DELIMITERS
    if named := SEPARATOR_LINE.fullmatch(lines[before]):
        delimiters, before = (named[1],), before + 1
    records = [(*_first_record(lines[before:], delimiter), delimiter) for delimiter in delimiters]
    header, used, delimiter = max(records, key=lambda record: len(record[0]))
    if any(len(line) == MOST_OF_A_HEADER for line in lines[: before + used]):
        raise InputError(
            f"The first line of the file has more than {MOST_OF_A_HEADER:,} characters. This is "
            "not a table with a row on each line."
        )
    decimal: Decimal = "," if delimiter == ";" else "."
    names = [cell.strip("\ufeff \t\r\n") for cell in header]
    return Dialect(encoding, delimiter, decimal, names, before + used, before + 2)


def _first_record(lines: list[str], delimiter: str) -> tuple[Row, int]:
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        return next(reader, []), reader.line_num
    except csv.Error:
        return [], 0


def _count_rows(path: Path, dialect: Dialect, most: int) -> int:
    """How many rows behind the header are not blank; `most` where there are as many or more."""
    count = 0
    with path.open(encoding=dialect.encoding, newline="") as file:
        for _ in range(dialect.lines):
            file.readline()
        try:
            for row in csv.reader(file, delimiter=dialect.delimiter):
                count += len(row) > 1 or bool("".join(row).strip())
                if count == most:
                    break
        except csv.Error:  # reading says which row that is
            return 1
    return count
