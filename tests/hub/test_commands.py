"""Each command once in a process of its own, as a shell starts it; all others run in this one."""

from __future__ import annotations

from pathlib import Path

from hub_emulator.quick_builder import QuickBuilder
from hub_emulator.server import Hub
from release_checkpoints import write_loan
from release_runs import REPOSITORY, Bench, bench
from small_checkout import SPACE, small_checkout

__all__ = ["bench"]


def test_push_promote_history_and_rollback(hub: Hub, bench: Bench, tmp_path: Path) -> None:
    folder, token = write_loan(tmp_path / "new", {"auc_ml": 0.02}), bench.environment["HF_TOKEN"]
    pushed = bench.run_alone("push", folder, "--repo", REPOSITORY, HF_DEBUG="1")
    assert pushed.code == 0, pushed
    head = hub.repo(REPOSITORY).head
    assert f"Published as v1 of {REPOSITORY}, commit {head}" in pushed.out
    assert token not in pushed.out + pushed.err
    promoted = bench.run_alone("promote", "loan", "--revision", "v1", "--repo", REPOSITORY)
    assert promoted.code == 0, promoted
    assert bench.lock["commit"] == head
    listed = bench.run_alone("history", "loan")
    assert (listed.code, listed.err) == (0, "")
    assert f"{head}  live, newest" in listed.out
    back = bench.run_alone("rollback", "loan")
    said = "(Gives up after 15 minutes.)\n"
    assert (back.code, back.out) == (1, said)
    assert "and git does not tell it" in back.err and len(back.err.splitlines()) == 1
    for title in ("v1", "v2"):
        bench.commit(title)  # the checkpoint that comes with the Space was never committed as live
    again = bench.run_alone("rollback", "loan")
    assert (again.code, again.out) == (1, said) and "has nothing before it" in again.err


def test_deploy_and_look(hub: Hub, builder: QuickBuilder, tmp_path: Path) -> None:
    checkout = small_checkout(tmp_path, hub)
    commit = checkout.publish()
    deployed = checkout.run_alone("deploy", "loan", "--to", SPACE)
    assert (deployed.code, deployed.err) == (0, "")
    looked = checkout.run_alone("look", "loan", "--at", SPACE)
    code = checkout.git("rev-parse", "HEAD")[:12]
    answer = f"{SPACE} answers with the locked model, {commit[:12]} (hub), code {code}.\n"
    assert (looked.code, looked.err) == (0, "")
    assert looked.out == f"(Gives up after 6 minutes.)\n{answer}"
    assert deployed.out.endswith(answer)
