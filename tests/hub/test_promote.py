"""`python -m training.promote` and `training.rollback`: the lock changes, if all is well."""

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


def test_a_version_is_promoted_rolled_back_and_promoted_by_its_commit(
    hub: Hub, bench: Bench, tmp_path: Path
) -> None:
    first = publish(hub, write_loan(tmp_path / "first"), "v1")
    publish(hub, write_loan(tmp_path / "second", {"auc_ml": 0.02}), "v2")
    bench.done("promote", "loan", "--revision", "v2", "--repo", REPOSITORY)
    assert f"Going back to v1 of {REPOSITORY}" in bench.done("rollback", "loan")
    assert bench.lock["commit"] == first
    assert "v1 is live and the first version" in refused(bench, "rollback", "loan")
    # The lock names the repository now.
    assert "nothing to do" in bench.done("promote", "loan", "--revision", first[:10])


def test_there_is_nothing_before_the_bundled_checkpoint(bench: Bench) -> None:
    assert "The bundled loan checkpoint is live" in refused(bench, "rollback", "loan")


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


def test_the_live_version_may_have_no_tag(hub: Hub, bench: Bench, tmp_path: Path) -> None:
    folder = write_loan(tmp_path / "first")
    bench.make_live(folder, hub.publish(REPOSITORY, folder))
    assert "has no version, so none is before it" in refused(bench, "rollback", "loan")
