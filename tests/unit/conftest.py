"""Reading of tables that a test makes up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shared.loan.fields.declared import FIELDS, Fields
from shared.loan.table.reading import Chunk, read_chunks

ReadTable = Callable[..., list[Chunk]]


@pytest.fixture
def read_table(tmp_path: Path) -> ReadTable:
    """Write bytes or text to a file and read all of it."""

    def read(content: bytes | str, fields: Fields = FIELDS, size: int = 20_000) -> list[Chunk]:
        path = tmp_path / "table"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(read_chunks(path, fields, size))

    return read


@pytest.fixture
def read_chunk(read_table: ReadTable) -> Callable[..., Chunk]:
    """The only chunk of a small table."""

    def read(content: bytes | str, fields: Fields = FIELDS) -> Chunk:
        (chunk,) = read_table(content, fields)
        return chunk

    return read
