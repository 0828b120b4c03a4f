"""One bad answer, at whatever step of whichever command, is asked for again; nothing hangs on."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hub_client import without_pauses
from hub_emulator.quick_builder import QuickBuilder
from hub_emulator.server import Hub
from release_checkpoints import write_loan
from release_runs import REPOSITORY, Bench, bench, bench_on
from small_checkout import SPACE, Checkout, checkout

from training.release import hub as commands

__all__ = ["bench", "checkout"]
BADLY: dict[str, Callable[[Hub, str], None]] = {
    "a proxy's page": Hub.mislead,
    "JSON of another shape": Hub.distort,
    "half an answer": lambda hub, step: hub.cut(step, when="midway"),
}
READ = ("info", "tree", "refs", "resolve")
WRITTEN = ("whoami", "create_repo", "preupload", "lfs_batch", "commit", "tag")


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's own pauses are skipped."""
    without_pauses(monkeypatch)


@pytest.fixture
def published(hub: Hub, bench: Bench, tmp_path: Path) -> str:
    """The commit of v1, which is not live yet."""
    commit = hub.publish(REPOSITORY, write_loan(tmp_path / "first", {"auc_ml": 0.02}))
    hub.repo(REPOSITORY).tags["v1"] = (commit, "")
    return commit


@pytest.mark.parametrize("step", READ)
@pytest.mark.parametrize("badly", BADLY)
def test_promote_asks_again(hub: Hub, bench: Bench, published: str, badly: str, step: str) -> None:
    BADLY[badly](hub, step)
    bench.done("promote", "loan", "--revision", "v1", "--repo", REPOSITORY)
    assert bench.lock["commit"] == published


@pytest.mark.parametrize("step", [*READ, "commits"])
@pytest.mark.parametrize("badly", BADLY)
def test_history_asks_again(hub: Hub, bench: Bench, published: str, badly: str, step: str) -> None:
    BADLY[badly](hub, step)
    said = bench.done("history", "loan", "--repo", REPOSITORY)
    assert f"{published}  newest" in said and "0.807 (0.767 to 0.844)" in said


@pytest.mark.parametrize("step", [*READ[:2], *WRITTEN])
@pytest.mark.parametrize("badly", [name for name in BADLY if name != "half an answer"])
def test_push_asks_again_and_publishes_once(
    hub: Hub, bench: Bench, tmp_path: Path, badly: str, step: str
) -> None:
    folder = write_loan(tmp_path / "new")
    BADLY[badly](hub, step)
    told = bench.push(folder)
    assert told.code == 0, told
    repo = hub.repo(REPOSITORY)
    assert len(repo.commits) == 2 and repo.tags == {"v1": repo.tags["v1"]}
    assert repo.tags["v1"][0] == repo.head


@pytest.mark.parametrize("step", ["info", "tree", "resolve"])
@pytest.mark.parametrize("badly", BADLY)
def test_look_asks_again(hub: Hub, checkout: Checkout, badly: str, step: str) -> None:
    checkout.publish()
    assert checkout.deploy().code == 0
    BADLY[badly](hub, step)
    done = checkout.look()
    assert done.code == 0, done


@pytest.mark.parametrize("step", ["whoami", "info", "tree", "preupload", "commit", "runtime"])
@pytest.mark.parametrize("badly", ["a proxy's page", "JSON of another shape"])
def test_deploy_asks_again_and_puts_up_once(
    hub: Hub, checkout: Checkout, badly: str, step: str
) -> None:
    checkout.publish()
    BADLY[badly](hub, step)
    done = checkout.deploy()
    assert done.code == 0, done
    assert len(hub.repo(SPACE, "space").commits) == 2


def test_what_xet_stumbles_over_is_tried_again(
    hub: Hub, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def upload_by_xet(**_: object) -> None:
        tried.append(1)
        monkeypatch.setattr("huggingface_hub._commit_api.is_xet_available", lambda: False)
        raise RuntimeError("Data processing error: CAS service error")

    monkeypatch.setattr("huggingface_hub._commit_api.is_xet_available", lambda: True)
    monkeypatch.setattr("huggingface_hub._commit_api._upload_xet_files", upload_by_xet)
    told = bench.push(write_loan(tmp_path / "new"))
    assert told.code == 0 and tried == [1], told
    assert "Could not send the files: no answer came. Trying again" in told.out


def test_a_large_checkpoint_goes_up_in_parts(hub: Hub, bench: Bench, tmp_path: Path) -> None:
    hub.part = 50_000
    folder = write_loan(tmp_path / "new")
    assert bench.push(folder).code == 0
    files = hub.repo(REPOSITORY).files
    assert files["ann.safetensors"] == (folder / "ann.safetensors").read_bytes()
    assert any("/parts/" in line for line in hub.asked)


@pytest.mark.parametrize(
    ("command", "step", "doing"),
    [
        ("look", "info", "find the Space"),
        ("deploy", "whoami", "sign in"),
        ("promote", "refs", "list the versions"),
        ("history", "info", "look at the repository"),
        ("push", "whoami", "sign in"),
    ],
)
def test_a_hub_that_accepts_and_never_answers_is_waited_for_so_long_and_not_in_silence(
    hub: Hub, builder: QuickBuilder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    command: str, step: str, doing: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(commands, "QUIET", 0.3)
    for name in ("look", "deploy", "promote", "history", "push"):
        module = f"training.release.{name}"
        monkeypatch.setattr(f"{module}.{'MORE' if name in ('look', 'deploy') else 'LIMIT'}", 1.0)
    bench = bench_on(hub, tmp_path / "bench")
    place = Checkout(bench.tree, hub, hub.user("somebody"))
    runs = {
        "look": lambda: place.look("--wait", "0"),
        "deploy": lambda: place.deploy("--wait", "0"),
        "promote": lambda: bench.run("promote", "loan", "--revision", "v1", "--repo", REPOSITORY),
        "history": lambda: bench.run("history", "loan", "--repo", REPOSITORY),
        "push": lambda: bench.run("push", tmp_path, "--repo", REPOSITORY),
    }
    hub.slow(step, 60)
    begun = time.monotonic()
    told = runs[command]()
    assert time.monotonic() - begun < 5
    assert told.code == 1
    assert told.out.startswith("(Gives up after 1 seconds.)\n")
    assert f"  still trying to {doing}, 0 of 1 s ...\n" in told.out
    assert told.err.startswith(f"Could not {doing} within 1 seconds: the Hub, or the way to it,")
