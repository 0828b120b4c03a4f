"""`python -m training.promote`: the lock changes, if all is well."""

from __future__ import annotations

from pathlib import Path

import pytest
from hub_emulator.server import Hub
from release_checkpoints import write_loan
from release_runs import REPOSITORY, WHO, Bench, all_files, bench

from shared.checkpoint.contract import hash_folder
from shared.checkpoint.lock import read_lock

__all__ = ["bench"]


def publish(hub: Hub, folder: Path, tag: str) -> str:
    """Put a checkpoint on the Hub as a version, without any of our code."""
    commit = hub.publish(REPOSITORY, folder)
    hub.repo(REPOSITORY).tags[tag] = (commit, "")
    return commit


def refused(bench: Bench, *words: str) -> str:
    """The sentence of a command that leaves the tree as it was."""
    before = all_files(bench.tree)
    told = bench.run(*words)
    assert told.code == 1 and len(told.err.splitlines()) == 1, told
    assert all_files(bench.tree) == before
    return told.err


def test_promoting_writes_the_lock_and_nothing_else(hub: Hub, bench: Bench, tmp_path: Path) -> None:
    first = write_loan(tmp_path / "first", {"auc_ml": 0.02})
    commit = publish(hub, first, "v1")
    before = all_files(bench.tree)
    said = bench.done("promote", "loan", "--revision", "v1", "--repo", REPOSITORY)
    assert "0.787 (0.747 to 0.824)    ->  0.807 (0.767 to 0.844)" in said
    assert f"now names v1 of {REPOSITORY} at {commit[:12]}" in said
    lock = read_lock(bench.lock_path)
    assert (lock.task, lock.repository, lock.commit) == ("loan", REPOSITORY, commit)
    assert lock.files == hash_folder(first)
    assert lock.headline[0]["value"] == 0.80653
    after = all_files(bench.tree)
    assert {name for name in after if after[name] != before.get(name)} == {
        "spaces/loan/checkpoint.json"
    }
    assert after.keys() == before.keys()


def test_a_repository_has_to_be_named_the_first_time(bench: Bench) -> None:
    assert "--repo OWNER/NAME" in refused(bench, "promote", "loan", "--revision", "v1")


@pytest.mark.parametrize("revision", ["v9", "main", "0123456789"])
def test_what_is_no_version_is_refused_with_those_there_are(
    hub: Hub, bench: Bench, tmp_path: Path, revision: str
) -> None:
    publish(hub, write_loan(tmp_path / "first"), "v1")
    said = refused(bench, "promote", "loan", "--revision", revision, "--repo", REPOSITORY)
    assert f"no version {revision!r}, only v1" in said


def test_a_repository_that_is_not_there_is_said_to_be_missing(hub: Hub, bench: Bench) -> None:
    said = refused(bench, "promote", "loan", "--revision", "v1", "--repo", f"{WHO}/none")
    assert "no such thing there, or the token may not see it" in said


def test_a_published_checkpoint_whose_figures_are_of_other_weights_is_refused(
    hub: Hub, bench: Bench, tmp_path: Path
) -> None:
    folder = write_loan(tmp_path / "first")
    (folder / "decision.json").write_bytes((folder / "decision.json").read_bytes() + b" ")
    publish(hub, folder, "v1")
    said = refused(bench, "promote", "loan", "--revision", "v1", "--repo", REPOSITORY)
    assert "decision.json is not the file that was measured" in said


def test_a_repository_of_something_else_is_refused(hub: Hub, bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "README.md").write_text("# Not a checkpoint", encoding="utf-8")
    publish(hub, tmp_path / "other", "v1")
    said = refused(bench, "promote", "loan", "--revision", "v1", "--repo", REPOSITORY)
    assert "holds no checkpoint" in said


def test_a_version_is_promoted_by_its_commit_too(hub: Hub, bench: Bench, tmp_path: Path) -> None:
    first = publish(hub, write_loan(tmp_path / "first"), "v1")
    bench.done("promote", "loan", "--revision", "v1", "--repo", REPOSITORY)
    # The lock names the repository now.
    assert "nothing to do" in bench.done("promote", "loan", "--revision", first[:10])


def test_a_locked_model_that_was_deleted_is_replaced_by_the_bundled_one(
    hub: Hub, bench: Bench, tmp_path: Path
) -> None:
    folder, bundled = write_loan(tmp_path / "first", {"auc_ml": 0.02}), bench.lock
    bench.make_live(folder, publish(hub, folder, "v1"))
    hub.delete(REPOSITORY)
    told = bench.push(write_loan(tmp_path / "new", {"auc_ml": 0.03}))
    assert told.code == 1 and "python -m training.promote loan --bundled" in told.err
    said = bench.done("promote", "loan", "--bundled")
    assert "0.807 (0.767 to 0.844)    ->  0.787 (0.747 to 0.824)" in said
    assert "now names the bundled loan checkpoint" in said
    assert bench.lock == bundled


def test_a_bundled_checkpoint_that_is_not_sound_is_not_made_live(
    hub: Hub, bench: Bench, tmp_path: Path
) -> None:
    folder = write_loan(tmp_path / "first")
    bench.make_live(folder, publish(hub, folder, "v1"))
    spoilt = bench.lock_path.parent / "checkpoint" / "ann.safetensors"
    spoilt.write_bytes(spoilt.read_bytes()[:-1] + b"!")
    said = refused(bench, "promote", "loan", "--bundled")
    assert "ann.safetensors is not the file that was measured" in said


@pytest.mark.parametrize("words", [(), ("--bundled", "--repo", REPOSITORY)])
def test_what_to_promote_has_to_be_said_once(bench: Bench, words: tuple[str, ...]) -> None:
    assert bench.run("promote", "loan", *words).code == 2
