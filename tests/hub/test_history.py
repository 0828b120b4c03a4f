"""`python -m training.history`: versions, dates, figures, and which of them is live."""

from __future__ import annotations

from pathlib import Path

from hub_emulator.server import Hub
from release_checkpoints import write_loan
from release_runs import REPOSITORY, Bench, bench

__all__ = ["bench"]


def block(said: str, name: str) -> list[str]:
    """The lines of a version."""
    return next(part for part in said.split("\n\n") if part.startswith(f"{name}  ")).splitlines()


def test_versions_are_told_newest_first_with_what_is_live(
    hub: Hub, bench: Bench, tmp_path: Path
) -> None:
    repo = hub.create(REPOSITORY)
    for name, shift in (("v1", 0.0), ("v2", 0.02)):
        commit = hub.publish(REPOSITORY, write_loan(tmp_path / name, {"auc_ml": shift}))
        repo.tags[name] = (commit, "")
    first = repo.tags["v1"][0]
    bench.make_live(tmp_path / "v1", first)
    said = bench.done("history", "loan")
    assert said.index("\nv2 ") < said.index("\nv1 ")
    date = f"{repo.commits[1].date:%Y-%m-%d %H:%M} UTC"
    assert block(said, "v1")[0] == f"v1  {date}  {first}  live"
    assert block(said, "v2")[0].endswith(f"{repo.head}  newest")
    assert block(said, "v2")[1].split("  ")[-1] == "0.807 (0.767 to 0.844)"
    assert "has no version" not in said


def test_a_commit_without_a_tag_is_pointed_out(hub: Hub, bench: Bench, tmp_path: Path) -> None:
    head = hub.publish(REPOSITORY, write_loan(tmp_path / "new"))
    said = bench.done("history", "loan", "--repo", REPOSITORY)
    assert "There is no version yet." in said and f"newest commit, {head}, has no version" in said
    assert "None is live: the Space answers with its bundled checkpoint." in said


def test_a_version_without_figures_does_not_stop_the_list(
    hub: Hub, bench: Bench, tmp_path: Path
) -> None:
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "README.md").write_text("# Odd", encoding="utf-8")
    repo = hub.create(REPOSITORY)
    repo.tags["v1"] = (hub.publish(REPOSITORY, tmp_path / "odd"), "")
    said = bench.done("history", "loan", "--repo", REPOSITORY)
    assert block(said, "v1")[1].strip() == "no figures that can be read"


def test_without_a_repository_there_is_no_history(hub: Hub, bench: Bench) -> None:
    assert "No loan model has been published yet" in bench.run("history", "loan").err
    missing = bench.run("history", "loan", "--repo", "me/none")
    assert missing.code == 1 and "There is no me/none" in missing.err
