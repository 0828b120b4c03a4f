"""The assembled loan folder alone, as on the Hub: only its requirements and Gradio."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from assembled import (
    STRANGERS,
    Alone,
    assemble,
    check_says_which_checkpoint,
    import_error,
    running_alone,
)
from gradio_client import Client, handle_file
from loan_checkpoint import simulated
from loan_tables import HEADER, lines, row, write_xlsx


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Alone:
    return assemble("loan", tmp_path_factory.mktemp("hub"))


@pytest.fixture(scope="module")
def client(alone: Alone) -> Iterator[Client]:
    """A client of the assembled Space, which is started from another folder."""
    with running_alone(alone) as running:
        check_says_which_checkpoint(running, "LOAN_CHECKPOINT")
        yield Client(running.address, verbose=False)


@pytest.mark.parametrize("package", [*STRANGERS, "timm", "onnx"])
def test_nothing_of_this_repository_or_its_tests_is_in_sight(alone: Alone, package: str) -> None:
    assert f"No module named '{package}'" in import_error(alone, package)


def test_it_answers_explains_and_advises(client: Client) -> None:
    values = simulated(approved=False)[0]
    answer = client.predict(**values, api_name="/predict")
    for name in ("/explain", "/advise"):
        assert client.predict(**values, api_name=name)["models"] == answer["models"]


def test_it_reads_tables_and_workbooks(client: Client, tmp_path: Path) -> None:
    paths = tmp_path / "a.csv", tmp_path / "a.xlsx"
    paths[0].write_text(lines(row()))
    write_xlsx(paths[1], HEADER, row())
    for path in paths:
        result = client.predict(file=handle_file(str(path)), api_name="/predict_csv")
        assert "error" not in Path(result).read_text(encoding="utf-8-sig").splitlines()[1]
