"""The cells of a column as places in one text: NumPy reads them without a string for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PAD = 16  # zero bytes around the text: words are loaded from before and behind a cell
WORD = 8
NEWLINE = 10

Places = NDArray[np.int64]
Words = NDArray[np.uint64]

# The first k bytes of a little-endian word.
FIRST_BYTES = np.array([(1 << (8 * k)) - 1 for k in range(WORD + 1)], dtype=np.uint64)


@dataclass(frozen=True)
class Cells:
    """The cells of one column.

    Attributes:
        text: UTF-8 with `PAD` zero bytes before and behind.
        start, end: (N,) int64, where each cell begins and ends in it.
    """

    text: bytes
    start: Places
    end: Places

    def texts(self, rows: Places) -> list[str]:
        """Some of the cells as strings."""
        starts, ends = self.start[rows].tolist(), self.end[rows].tolist()
        return [self.text[a:b].decode() for a, b in zip(starts, ends, strict=True)]


def cells_of(texts: Sequence[str]) -> Cells:
    """Cells of strings."""
    joined = "".join(texts)
    if joined.isascii():
        encoded, lengths = joined.encode(), list(map(len, texts))
    else:
        parts = [text.encode() for text in texts]
        encoded, lengths = b"".join(parts), list(map(len, parts))
    end = np.cumsum([PAD, *lengths], dtype=np.int64)
    return Cells(padded(encoded), end[:-1], end[1:])


def grid_of(lines: str, delimiter: str, width: int) -> list[Cells] | None:
    """The columns of a text in which no cell is quoted.

    Args:
        lines: rows with a newline between them, none behind the last.
        delimiter: one ASCII character.
        width: columns of the header.

    Returns:
        The cells of each column; None where a row has another number of cells.
    """
    text = padded(f"{lines}\n".encode())
    signs = np.frombuffer(text, dtype=np.uint8)
    newline = signs == NEWLINE
    ends = np.flatnonzero((signs == ord(delimiter)) | newline)
    rows = np.count_nonzero(newline)
    if len(ends) != rows * width or not newline[ends[width - 1 :: width]].all():
        return None
    starts = np.concatenate(([PAD], ends[:-1] + 1))
    columns = [np.ascontiguousarray(each.reshape(-1, width).T) for each in (starts, ends)]
    return [Cells(text, start, end) for start, end in zip(*columns, strict=True)]


def words_before(text: bytes, places: Places) -> Words:
    """(N,) the eight bytes before each place, little-endian."""
    return words_from(text, places - WORD)


def words_from(text: bytes, places: Places) -> Words:
    """(N,) the eight bytes from each place on, little-endian."""
    every = np.ndarray(len(text) - WORD + 1, "<u8", text, strides=(1,))
    return np.asarray(every[places], dtype=np.uint64)


def padded(text: bytes) -> bytes:
    """A text with room around it for the words of its outermost cells."""
    return b"\0" * PAD + text + b"\0" * PAD
