"""The assembled folder alone, as on the Hub: no repository, only its requirements and Gradio."""

from __future__ import annotations

from collections.abc import Iterator

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
from live_server import Server


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Alone:
    return assemble("tumor", tmp_path_factory.mktemp("hub"))


@pytest.fixture(scope="module")
def assembled(alone: Alone) -> Iterator[Server]:
    """The assembled Space, started from another folder."""
    with running_alone(alone) as running:
        yield running


@pytest.mark.parametrize("package", [*STRANGERS, "sklearn"])
def test_nothing_of_this_repository_or_its_tests_is_in_sight(alone: Alone, package: str) -> None:
    assert f"No module named '{package}'" in import_error(alone, package)


def test_it_answers_and_explains(assembled: Server, example: str) -> None:
    client = Client(assembled.address, verbose=False)
    answer = client.predict(image=handle_file(example), api_name="/predict")
    assert sum(answer["probabilities"].values()) == pytest.approx(1)
    explained = client.predict(image=handle_file(example), evidence=True, api_name="/explain")
    assert explained["probabilities"] == answer["probabilities"]
    assert explained["map"]


def test_it_says_which_checkpoint_it_loaded(assembled: Server) -> None:
    check_says_which_checkpoint(assembled, "TUMOR_CHECKPOINT")
