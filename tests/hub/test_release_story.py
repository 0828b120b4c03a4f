"""Publish, promote, publish again, roll back: the same on our own server and on the real Hub."""

from __future__ import annotations

from pathlib import Path

import on_the_hub
import pytest
from hub_emulator.server import Hub
from hub_emulator.somewhere import Somewhere
from huggingface_hub import HfApi
from release_runs import REPOSITORY, WHO, Bench


def test_two_versions_go_live_one_comes_back_and_nothing_is_left(
    somewhere: Somewhere, tmp_path: Path
) -> None:
    name, environment = somewhere.repository("loan"), somewhere.environment(tmp_path / "home")
    on_the_hub.release_on(somewhere.api, name, environment, tmp_path)
    assert not somewhere.api.repo_exists(name)


def test_a_repository_that_exists_is_neither_used_nor_deleted(hub: Hub, tmp_path: Path) -> None:
    api = HfApi(endpoint=hub.address, token=hub.user(WHO))
    head = hub.create(REPOSITORY).head
    with pytest.raises(SystemExit, match="exists. Name one that does not"):
        on_the_hub.release_on(api, REPOSITORY, {}, tmp_path)
    assert hub.repo(REPOSITORY).head == head


def test_what_was_made_is_deleted_where_a_step_fails(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(bench: Bench, folder: Path) -> None:
        hub.create(bench.repository)
        raise AssertionError("a step")

    monkeypatch.setattr(on_the_hub, "take_steps", fail)
    api = HfApi(endpoint=hub.address, token=hub.user(WHO))
    with pytest.raises(AssertionError, match="a step"):
        on_the_hub.release_on(api, REPOSITORY, {}, tmp_path)
    assert hub.repositories == {}
