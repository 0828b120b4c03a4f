"""What is sent goes: uploads, results, and the copies that Gradio makes of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gradio_client import Client, handle_file
from live_server import Server, running_here
from loan_tables import lines, row

from loan_space import many, page

PATIENCE = 30.0  # seconds


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A loan Space that deletes within seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page, "DELETE_UPLOADS", (1, 4))
        patch.setattr(many, "LIVES", 1.0)
        with running_here(tmp_path_factory.mktemp("impatient"), "loan") as server:
            yield server


def files_of(server: Server) -> list[Path]:
    """All that lies where a Space may leave something."""
    return [
        path
        for place in (server.uploads, server.temporary)
        for path in place.rglob("*")
        if path.is_file()
    ]


def test_a_program_s_table_and_its_answers_are_deleted(impatient: Server, tmp_path: Path) -> None:
    before = set(files_of(impatient))
    path = tmp_path / "smith-family.csv"
    path.write_text(lines(row()))
    client = Client(impatient.address, verbose=False)
    result = client.predict(file=handle_file(str(path)), api_name="/predict_csv")
    assert "loan_answer" in Path(result).read_text(encoding="utf-8-sig")
    end = time.monotonic() + PATIENCE
    while (left := set(files_of(impatient)) - before) and time.monotonic() < end:
        time.sleep(0.2)
    assert left == set()
