"""What can go wrong between a Space that starts and the Hub: each is refused in words, at once."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hub_emulator.server import Hub
from loader import NOWHERE, REPOSITORY, Loader, locked

from shared.checkpoint.contract import hash_folder
from shared.checkpoint.loading import PATIENCE

SAID = {
    401: "shows no such repository; a private one needs a token that may read it (HTTP 401)",
    404: "shows no such repository; a private one needs a token that may read it (HTTP 404)",
    429: "is asked too often (HTTP 429)",
    500: "is out of order (HTTP 500)",
    503: "is out of order (HTTP 503)",
}
NO_NETWORK = {"nobody listens": NOWHERE, "no name": "http://no-such-name.invalid"}


@pytest.mark.parametrize("endpoint", NO_NETWORK.values(), ids=list(NO_NETWORK))
def test_without_a_network_the_bundled_one_answers(loader: Loader, endpoint: str) -> None:
    loaded = loader.load(HF_ENDPOINT=endpoint)
    assert loaded["source"] == "bundled"
    assert "it cannot be reached" in loaded["why"]
    assert loaded["took"] < PATIENCE + 2


@pytest.mark.parametrize("endpoint", NO_NETWORK.values(), ids=list(NO_NETWORK))
def test_without_a_network_the_cached_copy_answers_first(loader: Loader, endpoint: str) -> None:
    loader.load()
    loaded = loader.load(HF_ENDPOINT=endpoint)
    assert (loaded["source"], loaded["revision"]) == ("cache", loader.commit)
    assert "it cannot be reached" in loaded["why"]


@pytest.mark.parametrize("status", SAID)
def test_a_hub_in_trouble_is_not_waited_for_and_its_trouble_is_said(
    hub: Hub, loader: Loader, status: int
) -> None:
    hub.fail("resolve", status, times=0, headers={"Retry-After": "120"})
    loaded = loader.load()
    assert loaded["source"] == "bundled"
    assert SAID[status] in loaded["why"]
    assert loaded["took"] < PATIENCE


@pytest.mark.parametrize("status", SAID)
def test_a_hub_in_trouble_leaves_the_cached_copy(hub: Hub, loader: Loader, status: int) -> None:
    loader.load()
    hub.fail("resolve", status, times=0, headers={"Retry-After": "120"})
    loaded = loader.load()
    assert (loaded["source"], loaded["revision"]) == ("cache", loader.commit)
    assert SAID[status] in loaded["why"]


def test_a_rest_that_is_asked_for_between_two_files_does_not_hold_up_the_start(
    hub: Hub, loader: Loader
) -> None:
    hub.before("resolve", lambda: hub.before("resolve", lambda: too_often(hub)))
    loaded = loader.load()
    assert loaded["source"] == "bundled"
    assert loaded["took"] < PATIENCE + 2


def too_often(hub: Hub) -> None:
    """From now on the Hub asks for two minutes of rest."""
    hub.fail("resolve", 429, times=0, headers={"Retry-After": "120"})


def test_a_file_of_which_only_half_arrives_is_refused_by_name(
    hub: Hub, loader: Loader, tmp_path: Path
) -> None:
    hub.spoil("model.onnx", "cut")
    with asking_on(loader, tmp_path / "log") as said:
        said("model.onnx arrived incomplete. Asking again")
        hub.heal()
        answer = json.loads(said('{"folder"'))
    assert answer["source"] == "bundled"
    assert answer["took"] < PATIENCE + 2
    assert answer["later"]["source"] == "hub"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_hub_in_trouble_is_asked_again_until_it_is_well(
    hub: Hub, loader: Loader, tmp_path: Path, status: int
) -> None:
    hub.fail("resolve", status, times=0)
    with asking_on(loader, tmp_path / "log") as said:
        said(f"(HTTP {status}). Asking again")
        hub.heal()
        answer = json.loads(said('{"folder"'))
    assert (answer["source"], answer["later"]["revision"]) == ("bundled", loader.commit)
    assert "came after the start" in answer["later"]["why"]


@pytest.mark.parametrize("status", [401, 404])
def test_what_the_hub_will_never_give_is_not_asked_for_again(
    hub: Hub, loader: Loader, status: int
) -> None:
    hub.fail("resolve", status, times=0)
    loaded = loader.load("later")
    assert (loaded["source"], loaded["later"]) == ("bundled", None)


@contextmanager
def asking_on(loader: Loader, log: Path) -> Iterator[Callable[[str], str]]:
    """A process that asks again at once; the function waits for a line with some words."""
    command, environment = loader.command("later", "hurry"), loader.environment()

    def said(words: str) -> str:
        end = time.monotonic() + 60
        while not (lines := [x for x in log.read_text("utf-8").splitlines() if words in x]):
            assert time.monotonic() < end, log.read_text("utf-8")
            time.sleep(0.05)
        return lines[0]

    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        yield said
    finally:
        process.kill()
        process.wait()


def test_a_file_that_was_changed_on_the_way_is_refused_by_name(hub: Hub, loader: Loader) -> None:
    hub.spoil("model.onnx", "changed")
    loaded = loader.load()
    assert loaded["source"] == "bundled"
    assert "model.onnx is not the locked file" in loaded["why"]
    hub.heal()
    assert loader.load()["source"] == "hub"  # what was refused lies in the cache no longer


def test_a_file_that_the_commit_lacks_is_refused_by_name(hub: Hub, loader: Loader) -> None:
    (loader.published / "plot.svg").write_text("<svg/>", encoding="utf-8")
    space = loader.space
    commit = hub.publish(REPOSITORY, loader.published)
    lock = json.loads((space / "checkpoint.json").read_text("utf-8"))
    named = {"plot.svg": "0" * 64, **lock["files"], "commit.svg": "0" * 64}
    lock |= {"commit": commit, "files": named}
    (space / "checkpoint.json").write_text(json.dumps(lock), encoding="utf-8")
    loaded = loader.load()
    assert loaded["source"] == "bundled"
    assert "commit.svg is not part of this revision (HTTP 404)" in loaded["why"]


def test_another_schema_is_refused_by_name(hub: Hub, loader: Loader, tmp_path: Path) -> None:
    evaluation = loader.published / "evaluation.json"
    lock = json.loads((loader.space / "checkpoint.json").read_text("utf-8"))
    evaluation.write_text('{"schema": 2, "task": "tumor"}', encoding="utf-8")
    lock |= {"files": hash_folder(loader.published)}
    lock |= {"commit": hub.publish(REPOSITORY, loader.published)}
    (loader.space / "checkpoint.json").write_text(json.dumps(lock), encoding="utf-8")
    loaded = loader.load()
    assert loaded["source"] == "bundled"
    assert "evaluation.json has schema 2; this code reads schema 1" in loaded["why"]


def test_a_revision_that_was_deleted_leaves_the_cached_copy(hub: Hub, loader: Loader) -> None:
    loader.load()
    hub.repo(REPOSITORY).forget(loader.commit)
    loaded = loader.load()
    assert (loaded["source"], loaded["revision"]) == ("cache", loader.commit)
    assert "it does not have this revision (HTTP 404)" in loaded["why"]


def test_a_revision_that_was_deleted_leaves_the_bundled_one(hub: Hub, loader: Loader) -> None:
    hub.repo(REPOSITORY).forget(loader.commit)
    loaded = loader.load()
    assert loaded["source"] == "bundled"
    assert "it does not have this revision (HTTP 404)" in loaded["why"]


def test_a_repository_that_was_deleted_leaves_the_cached_copy(hub: Hub, loader: Loader) -> None:
    loader.load()
    hub.delete(REPOSITORY)
    loaded = loader.load()
    assert (loaded["source"], loaded["revision"]) == ("cache", loader.commit)
    assert "it shows no such repository" in loaded["why"]


def test_nobody_is_shown_a_path_of_this_server(hub: Hub, loader: Loader, tmp_path: Path) -> None:
    hub.spoil("model.onnx", "changed")
    shutil.rmtree(loader.space / "checkpoint" / "examples")
    done = loader.run()
    assert done.returncode == 1
    assert str(tmp_path) not in done.stderr.splitlines()[-1]


def test_a_promotion_to_another_revision_is_what_answers_next(
    hub: Hub, loader: Loader, tmp_path: Path
) -> None:
    loader.load()
    (loader.published / "model.onnx").write_bytes(b"a better network")
    promoted = locked(hub, tmp_path, loader.published)
    assert promoted.commit != loader.commit
    assert promoted.load()["revision"] == promoted.commit
