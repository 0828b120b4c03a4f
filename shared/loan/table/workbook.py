"""Tables from Excel and OpenDocument files: the first sheet, every cell as text.

The library that reads workbooks keeps a cell for every place between the first and the last one
that is filled, and ends the process where there is no memory for them: two cells in a file of a few
hundred bytes can ask for half a terabyte. It limits that by itself for OpenDocument files only; of
those it never finishes one whose XML is cut short. So a workbook is looked through before it is
opened.
"""

import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate
from zlib import error as ZlibError

from shared.errors import InputError
from shared.loan.table.columns import cell_text
from shared.loan.table.rows import (
    MOST_ROWS,
    NO_ROWS,
    TOO_MANY,
    Batch,
    OpenTable,
    batch_of,
    row_problem,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, and what is locked with a password
ZIP = b"PK\x03\x04"
EXCEL, BINARY, OPEN_DOCUMENT = "xl/workbook.xml", "xl/workbook.bin", "content.xml"
MOST_UNPACKED = 1 << 30  # bytes
MOST_OF_A_TAG = 1 << 20  # bytes
PIECE = 1 << 20  # bytes looked at a time
MOST_STRINGS = 4096  # rows whose cells are strings, at a time: more of them leave the cache
DAMAGED = (
    zipfile.BadZipFile, ZlibError, ExpatError, EOFError, RuntimeError, OSError, ValueError,
)  # fmt: skip

# The place of a cell or a row: column DA or further right, or row 1,100,000 or further down.
FAR_COLUMN = rb"[A-Za-z]{3,}\d|[D-Zd-z][A-Za-z]\d"
FAR_ROW = rb"[A-Za-z]*(?:\d{8}|[2-9]\d{6}|1[1-9]\d{5})"
FAR = re.compile(rb""" r *= *["']((?:%b|%b)\w*)""" % (FAR_COLUMN, FAR_ROW))
BLANKS = bytes.maketrans(b"\t\n\r", b"   ")


def open_workbook(path: Path) -> OpenTable:
    """Open the first sheet of a workbook.

    Raises:
        InputError: it cannot be read, holds no rows, or too many.
    """
    sheet = _first_sheet(path)
    rows = ([cell_text(value) for value in row] for row in sheet.iter_rows())
    head = next(((at, row) for at, row in enumerate(rows, 1) if any(map(str.strip, row))), None)
    if head is None:
        raise InputError("The first sheet is empty. Put the table there, with a header.")
    at, header = head
    count = sheet.start[0] + sheet.height - at
    if count < 1:
        raise InputError(NO_ROWS)
    if count > MOST_ROWS:
        raise InputError(TOO_MANY)
    names = [cell.strip() for cell in header]

    def batches(size: int) -> Iterator[Batch]:
        number, width = at + 1, len(names)
        while part := list(islice(rows, min(size, MOST_STRINGS))):
            # A sheet has no separators: a row in which nothing stands is a blank line.
            cells = [row if any(row) else [] for row in part]
            problems = [row_problem(row, width) for row in cells]
            done = (number - at - 1 + len(part)) / count
            yield batch_of(cells, problems, width, number, done)
            number += len(part)

    return OpenTable(names, batches)


def _first_sheet(path: Path) -> Any:
    from python_calamine import (  # few need it
        CalamineError,
        CalamineWorkbook,
        PasswordError,
    )

    try:
        with path.open("rb") as file:
            return CalamineWorkbook.from_filelike(file).get_sheet_by_index(0)
    except PasswordError as error:
        raise InputError(
            "The workbook is locked with a password. Save it without one, or as CSV."
        ) from error
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise InputError(
            f"The file begins like an Excel file but holds no table that can be read ({error}). "
            "Save it again as .xlsx, or as CSV."
        ) from error


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook, by what it holds and not by its name.

    Raises:
        InputError: it is one, but damaged, too large, or of a kind that is not read.
    """
    with path.open("rb") as file:
        if file.read(len(OLE)) == OLE:
            return True
    try:
        with zipfile.ZipFile(path) as archive:
            return _is_sound(archive)
    except InputError:
        raise
    except DAMAGED as error:
        raise InputError(
            f"The file is damaged or cut short ({error}). Save it again in Excel, or as CSV."
        ) from error


def _is_sound(archive: zipfile.ZipFile) -> bool:
    parts = {_as_found(part): part for part in archive.infolist()}
    if BINARY in parts:
        raise InputError("The file is a binary workbook (.xlsb). Save it as .xlsx or as CSV.")
    if not parts.keys() & {EXCEL, OPEN_DOCUMENT}:
        return False
    size = sum(part.file_size for part in archive.infolist())
    if size > MOST_UNPACKED:
        raise InputError(
            f"The workbook unpacks to {size >> 20:,} MB; at most {MOST_UNPACKED >> 20:,} MB are "
            "read. Save the table as CSV and send that."
        )
    for part in archive.infolist():
        _refuse_far_cells(archive, part)
        if _as_found(part) == OPEN_DOCUMENT:
            with archive.open(part) as content:
                ParserCreate().ParseFile(content)
    return True


def _as_found(part: zipfile.ZipInfo) -> str:
    """The name of a part as the library looks for it."""
    return part.filename.lower().replace("\\", "/")


def _refuse_far_cells(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Look at every tag of a part for a place far outside of any table."""
    rest = b""
    with archive.open(part) as content:
        while piece := content.read(PIECE):
            tags, opened, tag = (rest + piece).rpartition(b"<")
            _refuse_far(tags)
            rest = opened + tag
            if len(rest) > MOST_OF_A_TAG + PIECE:
                raise InputError("The workbook cannot be read. Save the table as CSV.")
    _refuse_far(rest)


def _refuse_far(tags: bytes) -> None:
    if place := FAR.search(tags.translate(BLANKS)):
        raise InputError(
            f"The workbook has a cell at {place[1].decode(errors='replace')}, far outside of any "
            "table. Delete what stands there, or save the table as CSV."
        )
