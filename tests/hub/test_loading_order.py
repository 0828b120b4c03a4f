"""The Hub's real client against a Hub of our own: what is loaded, from where, and is it said?"""

from __future__ import annotations

from pathlib import Path

from hub_emulator.server import Hub
from loader import NOWHERE, REPOSITORY, Loader

from shared.checkpoint.contract import digest_of, hash_folder
from shared.checkpoint.loading import PATIENCE


def test_the_locked_revision_comes_from_the_hub(loader: Loader) -> None:
    loaded = loader.load()
    assert loaded["source"] == "hub"
    assert (loaded["repository"], loaded["revision"]) == (REPOSITORY, loader.commit)
    assert loaded["sha256"] == digest_of(hash_folder(loader.published))
    assert hash_folder(Path(loaded["folder"])) == hash_folder(loader.published)


def test_a_commit_after_the_locked_one_is_not_taken(hub: Hub, loader: Loader) -> None:
    (loader.published / "model.onnx").write_bytes(b"a later network")
    assert hub.publish(REPOSITORY, loader.published) != loader.commit
    assert loader.load()["revision"] == loader.commit


def test_the_second_time_nothing_is_downloaded_again(hub: Hub, loader: Loader) -> None:
    loader.load()
    hub.asked.clear()
    assert loader.load()["source"] == "hub"
    assert [line for line in hub.asked if line.startswith("GET")] == []


def test_offline_by_choice_is_not_called_the_hub(hub: Hub, loader: Loader) -> None:
    loader.load()
    hub.asked.clear()
    loaded = loader.load(HF_HUB_OFFLINE="1")
    assert loaded["source"] == "cache"
    assert "HF_HUB_OFFLINE" in loaded["why"]
    assert hub.asked == []


def test_a_named_folder_comes_before_the_hub_which_is_not_even_asked(
    hub: Hub, loader: Loader
) -> None:
    loaded = loader.load(SOME_CHECKPOINT=str(loader.published))
    assert loaded["source"] == "folder"
    assert hub.asked == []


def test_with_neither_hub_nor_cache_the_bundled_one_answers(loader: Loader) -> None:
    loaded = loader.load(HF_ENDPOINT=NOWHERE)
    assert (loaded["source"], loaded["repository"]) == ("bundled", None)
    assert loaded["revision"] == digest_of(hash_folder(loader.space / "checkpoint"))
    assert "The Hub was not used (somebody/tumor at" in loaded["why"]
    assert "The cache was not used (somebody/tumor at" in loaded["why"]


def test_files_that_the_lock_does_not_name_are_not_fetched(hub: Hub, loader: Loader) -> None:
    assert ".gitattributes" in hub.repo(REPOSITORY).files
    loaded = loader.load()
    assert loaded["source"] == "hub"
    assert not (Path(loaded["folder"]) / ".gitattributes").exists()


def test_a_slow_hub_is_not_waited_for_and_its_copy_comes_later(hub: Hub, loader: Loader) -> None:
    hub.slow("resolve", 8, part="body")
    loaded = loader.load("later")
    assert loaded["took"] < PATIENCE + 2
    assert loaded["source"] == "bundled"
    assert f"not given everything within {PATIENCE:.0f} seconds" in loaded["why"]
    assert (loaded["later"]["source"], loaded["later"]["revision"]) == ("hub", loader.commit)
    assert hash_folder(Path(loaded["later"]["folder"])) == hash_folder(loader.published)


def test_a_hub_that_says_nothing_for_long_is_not_waited_for(hub: Hub, loader: Loader) -> None:
    hub.slow("resolve", 30)
    loaded = loader.load()
    assert loaded["took"] < PATIENCE + 2
    assert loaded["source"] == "bundled"


def test_beside_a_slow_hub_the_cached_copy_answers_and_nothing_comes_later(
    hub: Hub, loader: Loader
) -> None:
    loader.load()
    hub.slow("resolve", 6)
    loaded = loader.load("later")
    assert (loaded["source"], loaded["revision"]) == ("cache", loader.commit)
    assert "The Hub was not used" in loaded["why"]
    assert loaded["later"] is None


def test_a_copy_that_does_not_come_after_all_says_why(hub: Hub, loader: Loader) -> None:
    hub.slow("resolve", PATIENCE + 1)
    hub.repo(REPOSITORY).forget(loader.commit)
    loaded = loader.load("later")
    assert loaded["source"] == "bundled"
    assert "does not have this revision (HTTP 404)" in loaded["later"]


def test_a_slow_hub_is_waited_for_when_nothing_else_is_there(hub: Hub, loader: Loader) -> None:
    (loader.space / "checkpoint" / "model.onnx").unlink()
    hub.slow("resolve", PATIENCE + 1)
    done = loader.run("waits")
    assert done.returncode == 0
    assert f'"revision": "{loader.commit}"' in done.stdout
    assert "the only source left" in done.stderr


def test_when_no_source_is_sound_each_is_named(hub: Hub, loader: Loader) -> None:
    (loader.space / "checkpoint" / "model.onnx").unlink()
    hub.fail("resolve", 500, times=0)
    done = loader.run(SOME_CHECKPOINT="nowhere")
    assert done.returncode == 1
    said = done.stderr.splitlines()[-1]
    assert said.startswith("shared.errors.CheckpointError: ")
    for source in ("The folder that was named", "The Hub", "The cache", "The bundled checkpoint"):
        assert f"{source} was not used" in said


def test_the_hubs_copy_that_cannot_be_opened_is_refused_by_name_and_the_next_answers(
    loader: Loader,
) -> None:
    loaded = loader.load("fails-hub")
    assert loaded["source"] == "bundled"  # the cache holds the same bytes
    assert "The Hub was not used (somebody/tumor at" in loaded["why"]
    assert "cannot be opened by this code (KeyError)" in loaded["why"]
    assert loaded["later"] is None


def test_a_named_folder_that_cannot_be_opened_leaves_the_hub(loader: Loader) -> None:
    loaded = loader.load("fails-folder", SOME_CHECKPOINT=str(loader.published))
    assert loaded["source"] == "hub"
    assert "The folder that was named was not used" in loaded["why"]
