"""Publish, promote, publish again, roll back: the same on our own server and on the real Hub."""

from __future__ import annotations

from pathlib import Path

from hub_emulator.somewhere import Somewhere
from release_checkpoints import write_loan
from release_runs import bench_somewhere


def test_two_versions_go_live_and_one_comes_back(somewhere: Somewhere, tmp_path: Path) -> None:
    bench = bench_somewhere(somewhere, tmp_path)
    for number, better in ((1, 0.02), (2, 0.04)):
        folder = write_loan(tmp_path / f"new-{number}", {"auc_ml": better})
        told = bench.push(folder, "--private")
        assert told.code == 0 and f"Published as v{number}" in told.out, told
        bench.done("promote", "loan", "--revision", f"v{number}", "--repo", bench.repository)
        bench.commit(f"Live: v{number}")
    assert "Already published as v1" in bench.push(tmp_path / "new-1").out
    second = bench.lock
    assert second["headline"][0]["value"] == 0.82653
    bench.done("rollback", "loan")
    assert bench.lock["headline"][0]["value"] == 0.80653
    assert bench.lock["commit"] != second["commit"]
    said = bench.done("history", "loan")
    assert f"{second['commit']}  newest" in said and f"{bench.lock['commit']}  live" in said
