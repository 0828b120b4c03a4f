"""Stages run when something is missing or old, in order, and stop where one fails."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from training.loan import run as loan
from training.stages import Stage, run_all

WRITE = "import sys; open(sys.argv[1], 'a').write('x')"


def stage(name: str, reads: list[Path], writes: Path) -> Stage:
    """A stage that adds a letter to the file it writes."""
    (writes.parent / f"{name}.py").write_text(WRITE, encoding="utf-8")
    return Stage(f"{name}", [str(writes)], reads, [writes])


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Stage]:
    """The second reads what the first writes; both are modules of this folder."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    return [stage("one", [], first), stage("two", [first], second)]


def written(stages: list[Stage]) -> list[int]:
    return [len(stage.writes[0].read_text(encoding="utf-8")) for stage in stages]


def test_what_is_done_is_not_done_again(two: list[Stage]) -> None:
    run_all(two)
    run_all(two)
    assert written(two) == [1, 1]


def test_a_newer_file_is_read_again(two: list[Stage]) -> None:
    run_all(two)
    later = two[1].writes[0].stat().st_mtime + 5
    os.utime(two[0].writes[0], (later, later))
    run_all(two)
    assert written(two) == [1, 2]


def test_a_stage_can_be_asked_for_again(two: list[Stage]) -> None:
    run_all(two)
    run_all(two, again=["two"])
    assert written(two) == [1, 2]


def test_what_follows_a_failure_is_not_run(tmp_path: Path, two: list[Stage]) -> None:
    (tmp_path / "one.py").write_text("raise SystemExit(3)", encoding="utf-8")
    with pytest.raises(SystemExit, match="one ended with code 3"):
        run_all(two)
    assert not two[1].writes[0].exists()


def test_the_loan_stages_read_only_what_an_earlier_one_writes(tmp_path: Path) -> None:
    stages = loan.stages(tmp_path, tmp_path / "run", tmp_path / "checkpoint", 0, [])
    asked = tmp_path / "run" / loan.OPTIONS
    there = {asked}
    for stage in stages:
        assert set(stage.reads) <= there, stage.name
        there |= set(stage.writes)
    assert len(there - {asked}) == len([path for stage in stages for path in stage.writes])


def test_other_options_start_the_nested_stage_anew(tmp_path: Path) -> None:
    asked = tmp_path / loan.OPTIONS
    loan.note_options(tmp_path, 0, [])  # as ever: a run from before this file goes on
    assert not asked.exists()
    first = loan.stages(tmp_path, tmp_path, tmp_path / "checkpoint", 0, [])[0]
    for path in first.writes:
        path.touch()
        os.utime(path, (1000, 1000))
    assert first.done
    loan.note_options(tmp_path, 0, ["--folds", "3"])
    assert not first.done
    os.utime(asked, (999, 999))
    loan.note_options(tmp_path, 0, ["--folds", "3"])
    assert first.done
    loan.note_options(tmp_path, 1, ["--folds", "3"])
    assert not first.done


def test_a_stage_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    options = ["--data", ".", "--out", ".", "--checkpoint", ".", "--again", "evaluation"]
    monkeypatch.setattr(sys, "argv", ["run", *options])
    with pytest.raises(SystemExit, match="no stage evaluation; there are nested, learning"):
        loan.main()
