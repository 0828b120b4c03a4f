"""The Hub's real client against a server of our own: what is loaded, from where, and is it said?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hub_server import Hub, running_hub
from small_checkpoint import COMMIT, REPOSITORY, write_checkpoint, write_space

from shared.checkpoint.contract import digest_of, hash_folder

LOAD = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from shared.checkpoint.source import load_checkpoint

loaded = load_checkpoint(Path(sys.argv[1]), variable="SOME_CHECKPOINT", task="tumor")
print(json.dumps(asdict(loaded), default=str))
"""


class Visitor:
    """A Space in a process of its own, with an empty cache of its own."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self.space = write_space(folder / "space", published=hub.folder)
        self.cache = folder / "cache"
        mine = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
        self.environment = mine | {
            "HF_ENDPOINT": hub.address,
            "HF_HOME": str(self.cache),
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        }

    def load(self, **environment: str) -> dict[str, Any]:
        """What `load_checkpoint` returns there."""
        done = subprocess.run(
            [sys.executable, "-c", LOAD, str(self.space)],
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    def cached(self, name: str) -> Path:
        """A file of the checkpoint in the cache."""
        return next(self.cache.rglob(f"snapshots/{COMMIT}/{name}"))


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    published = write_checkpoint(tmp_path / "published", "published")
    with running_hub(Hub(REPOSITORY, COMMIT, published)) as running:
        yield running


@pytest.fixture
def visitor(hub: Hub, tmp_path: Path) -> Visitor:
    return Visitor(hub, tmp_path)


def test_the_locked_revision_comes_from_the_hub(hub: Hub, visitor: Visitor) -> None:
    loaded = visitor.load()
    assert loaded["source"] == "hub"
    assert (loaded["repository"], loaded["revision"]) == (REPOSITORY, COMMIT)
    assert loaded["sha256"] == digest_of(hash_folder(hub.folder))
    assert hash_folder(Path(loaded["folder"])) == hash_folder(hub.folder)


def test_the_second_time_nothing_is_downloaded_again(hub: Hub, visitor: Visitor) -> None:
    visitor.load()
    hub.asked.clear()
    assert visitor.load()["source"] == "hub"
    assert [line for line in hub.asked if line.startswith(f"GET /{REPOSITORY}/")] == []


@pytest.mark.parametrize("trouble", [404, 500, 503])
def test_a_hub_in_trouble_leaves_the_cached_copy(hub: Hub, visitor: Visitor, trouble: int) -> None:
    visitor.load()
    hub.status = trouble
    loaded = visitor.load()
    assert (loaded["source"], loaded["revision"]) == ("cache", COMMIT)
    assert "cannot be reached" in loaded["why"]


def test_without_a_network_the_cached_copy_answers(visitor: Visitor) -> None:
    visitor.load()
    loaded = visitor.load(HF_ENDPOINT="http://127.0.0.1:9")
    assert (loaded["source"], loaded["revision"]) == ("cache", COMMIT)


def test_offline_by_choice_is_not_called_the_hub(visitor: Visitor) -> None:
    visitor.load()
    assert visitor.load(HF_HUB_OFFLINE="1")["source"] == "cache"


def test_with_neither_hub_nor_cache_the_bundled_one_answers(visitor: Visitor) -> None:
    loaded = visitor.load(HF_ENDPOINT="http://127.0.0.1:9")
    assert (loaded["source"], loaded["repository"]) == ("bundled", None)
    assert loaded["revision"] != COMMIT
    assert "The hub was refused" in loaded["why"]
    assert "The cache was refused" in loaded["why"]


def test_a_commit_that_the_hub_does_not_have_is_said(hub: Hub, visitor: Visitor) -> None:
    hub.commit = "f" * 40
    loaded = visitor.load()
    assert loaded["source"] == "bundled"
    assert "RevisionNotFound" in loaded["why"]


@pytest.mark.parametrize("fault", ["changed", "cut"])
def test_a_file_spoilt_on_the_way_is_refused_by_name(
    hub: Hub, visitor: Visitor, fault: str
) -> None:
    setattr(hub, fault, "model.onnx")
    loaded = visitor.load()
    assert loaded["source"] == "bundled"
    assert "model.onnx" in loaded["why"]


def test_a_damaged_cache_heals(hub: Hub, visitor: Visitor) -> None:
    visitor.load()
    visitor.cached("model.onnx").resolve().write_bytes(b"damaged")
    loaded = visitor.load()
    assert loaded["source"] == "hub"
    assert hash_folder(Path(loaded["folder"])) == hash_folder(hub.folder)


def test_a_damaged_cache_without_the_hub_is_refused_by_name(visitor: Visitor) -> None:
    visitor.load()
    visitor.cached("model.onnx").resolve().write_bytes(b"damaged")
    loaded = visitor.load(HF_ENDPOINT="http://127.0.0.1:9")
    assert loaded["source"] == "bundled"
    assert "model.onnx is not the locked file" in loaded["why"]


def test_files_that_the_lock_does_not_name_are_not_fetched(hub: Hub, visitor: Visitor) -> None:
    (hub.folder / "surprise.bin").write_bytes(b"?")
    loaded = visitor.load()
    assert loaded["source"] == "hub"
    assert not (Path(loaded["folder"]) / "surprise.bin").exists()
