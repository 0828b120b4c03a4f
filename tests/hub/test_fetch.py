"""Files of a version arrive as the Hub has them, or are refused by name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hub_client import without_pauses
from hub_emulator.server import Hub
from huggingface_hub import HfApi

from shared.errors import PublishError
from training.release.hub import Repository
from training.release.promote import fetch

REPOSITORY = "me/model"
FILES = {"evaluation.json": b"{}", "plots/roc.svg": b"<svg/>" * 100, "weights.bin": b"\1" * 5000}


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The client's, empty; and nobody waits."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    without_pauses(monkeypatch)
    return tmp_path / "cache"


@pytest.fixture
def commit(hub: Hub, tmp_path: Path) -> str:
    for name, content in FILES.items():
        path = tmp_path / "published" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return hub.publish(REPOSITORY, tmp_path / "published")


def fetched(hub: Hub, commit: str) -> dict[str, bytes]:
    """What arrived."""
    api = HfApi(endpoint=hub.address, token=hub.user("me"))
    folder = fetch(Repository(REPOSITORY, api=api), commit)
    return {name: (folder / name).read_bytes() for name in FILES}


def test_all_files_arrive(hub: Hub, commit: str) -> None:
    assert fetched(hub, commit) == FILES


@pytest.mark.parametrize("name", ["plots/roc.svg", "weights.bin"])
def test_a_byte_that_changes_on_the_way_is_noticed(hub: Hub, commit: str, name: str) -> None:
    hub.spoil(name, "changed")
    with pytest.raises(PublishError, match=f"{name} does not arrive as me/model has it"):
        fetched(hub, commit)


def test_a_file_that_never_arrives_whole_is_refused(hub: Hub, commit: str) -> None:
    hub.spoil("weights.bin", "cut")
    with pytest.raises(PublishError, match="Could not fetch the files.*broke off"):
        fetched(hub, commit)


def test_a_damaged_cache_is_fetched_again(
    hub: Hub, commit: str, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fetched(hub, commit)
    next(cache.rglob("snapshots/*/weights.bin")).resolve().write_bytes(b"damaged")
    assert fetched(hub, commit) == FILES
    assert "\nweights.bin is damaged" in capsys.readouterr().out


def test_a_revision_that_is_gone_is_said_to_be(hub: Hub, commit: str) -> None:
    hub.repo(REPOSITORY).forget(commit)
    with pytest.raises(PublishError, match="no such revision"):
        fetched(hub, commit)


def test_a_disk_that_cannot_be_written_is_named(
    hub: Hub, commit: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.write_bytes(b"a file in place of the folder")
    with pytest.raises(PublishError, match="Could not fetch the files") as caught:
        fetched(hub, commit)
    assert os.strerror(20) in str(caught.value) or os.strerror(17) in str(caught.value)
