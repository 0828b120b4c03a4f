"""The encoding of a text file, and whether it is text at all."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shared.errors import InputError

SEND = "Send a table as CSV or as an Excel file."
PIECE = 1 << 20  # bytes scanned at a time
HEAD = 1 << 16  # bytes that tell what a file is

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
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "a database",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
    b"<?xml": "an XML file",
}
CONTROLS = dict.fromkeys([*range(9), *range(14, 28), *range(127, 160)])
FEW_CONTROLS = 3  # strays that a text may hold, besides a share
SHARE_OF_CONTROLS = 0.02
SHARE_OF_ZEROS = 0.3  # at every second byte; English in UTF-16 has more


@dataclass(frozen=True)
class Encoding:
    """How a file holds its text.

    Attributes:
        encoding: as Python calls it.
        special: whether quotes or NULs stand in it.
        lines: at most so many.
    """

    encoding: str
    special: bool
    lines: int


def find_encoding(path: Path) -> Encoding:
    """Find out in which encoding the whole file can be read, not only its beginning.

    Raises:
        InputError: it is no text, or damaged.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    for start, kind in NO_TABLES.items():
        if head.startswith(start):
            raise InputError(f"The file is {kind}. {SEND}")
    found = _scan(path, head)
    _refuse_controls(head, found.encoding)
    return found


def _scan(path: Path, head: bytes) -> Encoding:
    candidates = _candidates(head)
    for encoding in candidates:
        try:
            return _scan_as(path, encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(
        f"The file begins as {candidates[0].upper()} but cannot be read to its end as that; it is "
        "damaged or cut short. Export it again."
    )


def _candidates(head: bytes) -> tuple[str, ...]:
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return (encoding,)
    half = max(len(head) // 2, 1)
    if head[1::2].count(0) / half > SHARE_OF_ZEROS:
        return ("utf-16-le",)
    if head[::2].count(0) / half > SHARE_OF_ZEROS:
        return ("utf-16-be",)
    return ("utf-8", "cp1252", "latin-1")


def _scan_as(path: Path, encoding: str) -> Encoding:
    decoder = codecs.getincrementaldecoder(encoding)()
    special, newlines, returns = False, 0, 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            text = decoder.decode(piece)
            special = special or '"' in text or "\0" in text
            signs = np.frombuffer(piece, dtype=np.uint8)
            newlines += int(np.count_nonzero(signs == ord("\n")))
            returns += int(np.count_nonzero(signs == ord("\r")))
    decoder.decode(b"", final=True)
    return Encoding(encoding, special, max(newlines, returns))


def _refuse_controls(head: bytes, encoding: str) -> None:
    text = head.decode(encoding, errors="ignore")
    controls = len(text) - len(text.translate(CONTROLS))
    if controls > FEW_CONTROLS + SHARE_OF_CONTROLS * len(text):
        start = ascii(head[:8].decode("latin-1"))
        raise InputError(f"The file holds no text; its first bytes are {start}. {SEND}")
