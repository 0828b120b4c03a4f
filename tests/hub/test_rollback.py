"""`python -m training.rollback`: what was live before, as the history of the lock tells it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hub_emulator.server import Hub
from release_checkpoints import write_loan
from release_runs import REPOSITORY, Bench, bench

__all__ = ["bench"]
BETTER = {"v1": 0.0, "v2": 0.02, "v3": 0.03}


@pytest.fixture
def commits(hub: Hub, bench: Bench, tmp_path: Path) -> dict[str, str]:
    """Three versions on the Hub, by name; the bundled checkpoint was committed as live."""
    bench.commit("bundled")
    made = {}
    for name, better in BETTER.items():
        made[name] = hub.publish(REPOSITORY, write_loan(tmp_path / name, {"auc_ml": better}))
        hub.repo(REPOSITORY).tags[name] = (made[name], "")
    return made


def go_live(bench: Bench, *names: str) -> None:
    """Promote some versions one after the other, each with a commit."""
    for name in names:
        bench.done("promote", "loan", "--revision", name, "--repo", REPOSITORY)
        bench.commit(name)


def test_rolling_back_returns_to_what_was_live_and_never_to_what_was_rolled_back(
    bench: Bench, commits: dict[str, str]
) -> None:
    go_live(bench, "v1", "v2")
    assert f"Going back to {REPOSITORY} at {commits['v1'][:12]}" in bench.done("rollback", "loan")
    assert bench.lock["commit"] == commits["v1"]
    bench.commit("back to v1")
    go_live(bench, "v3")
    bench.done("rollback", "loan")
    assert bench.lock["commit"] == commits["v1"]


def test_it_returns_over_a_number_that_was_never_live(
    bench: Bench, commits: dict[str, str]
) -> None:
    go_live(bench, "v1", "v3")
    bench.done("rollback", "loan")
    assert bench.lock["commit"] == commits["v1"]


def test_a_promotion_that_was_not_committed_is_taken_back(
    bench: Bench, commits: dict[str, str]
) -> None:
    go_live(bench, "v2")
    bench.done("promote", "loan", "--revision", "v3")
    bench.done("rollback", "loan")
    assert bench.lock["commit"] == commits["v2"]


def test_before_the_first_version_the_bundled_checkpoint_was_live(
    bench: Bench, commits: dict[str, str]
) -> None:
    bundled = bench.lock
    go_live(bench, "v2")
    assert "Going back to the bundled loan checkpoint" in bench.done("rollback", "loan")
    assert bench.lock == bundled
    bench.commit("back to the bundled one")
    told = bench.run("rollback", "loan")
    assert told.code == 1 and "has nothing before it" in told.err
    assert bench.lock == bundled


def test_a_live_commit_needs_no_tag(hub: Hub, bench: Bench, commits: dict[str, str]) -> None:
    go_live(bench, "v1", "v2")
    hub.repo(REPOSITORY).tags.clear()
    bench.done("rollback", "loan")
    assert bench.lock["commit"] == commits["v1"]


def test_who_reads_only_the_first_line_does_not_keep_the_lock_from_being_written(
    bench: Bench, commits: dict[str, str]
) -> None:
    go_live(bench, "v1", "v2")
    process = bench.start("rollback", "loan")
    assert process.stdout and process.stderr
    assert "Gives up" in process.stdout.readline()
    process.stdout.close()  # as `| head -1` does
    assert (process.wait(timeout=120), process.stderr.read()) == (0, "")
    process.stderr.close()
    assert bench.lock["commit"] == commits["v1"]
