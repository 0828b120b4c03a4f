"""A push replaces nothing but versions of the same model, and says what it deletes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hub_emulator.server import Hub
from release_checkpoints import write_loan
from release_runs import REPOSITORY, Bench, bench

__all__ = ["bench"]
TUMOR = Path(__file__).parents[2] / "spaces" / "tumor" / "checkpoint"


def write_files(folder: Path, **files: str) -> Path:
    """A folder with some files; `_` in a name stands for the dot."""
    folder.mkdir()
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return folder


def refused(hub: Hub, bench: Bench, folder: Path, *options: str) -> str:
    """The sentence of a push that leaves the repository as it was."""
    repo = hub.repo(REPOSITORY)
    before = (repo.head, dict(repo.tags))
    told = bench.push(folder, *options)
    assert told.code == 1 and len(told.err.splitlines()) == 1, told
    assert (repo.head, repo.tags) == before
    return told.err


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_a_repository_of_something_else_is_left_as_it_is(
    hub: Hub, bench: Bench, tmp_path: Path, options: tuple[str, ...]
) -> None:
    theirs = write_files(tmp_path / "theirs", config_json="{}", README_md="# Theirs")
    hub.publish(REPOSITORY, theirs)
    said = refused(hub, bench, write_loan(tmp_path / "new"), *options)
    assert f"{REPOSITORY} holds something else: no evaluation.json of ours" in said
    assert "Name another repository for the loan model" in said


def test_one_of_our_models_is_not_put_over_the_other(
    hub: Hub, bench: Bench, tmp_path: Path
) -> None:
    hub.publish(REPOSITORY, TUMOR)
    said = refused(hub, bench, write_loan(tmp_path / "new"))
    assert f"{REPOSITORY} holds a tumor model, and a push would delete it." in said


def test_a_page_that_somebody_wrote_is_not_replaced_but_the_hubs_own_is(
    hub: Hub, bench: Bench, tmp_path: Path
) -> None:
    new = write_loan(tmp_path / "new")
    licence = "---\nlicense: mit\n---\n"
    hub.publish(REPOSITORY, write_files(tmp_path / "page", README_md=f"{licence}# Mine"))
    assert "holds a README.md that somebody wrote" in refused(hub, bench, new)
    hub.publish(REPOSITORY, write_files(tmp_path / "made", README_md=licence))
    assert bench.push(new).code == 0


def test_what_somebody_else_added_is_never_deleted_not_even_by_the_second_run(
    hub: Hub, bench: Bench, tmp_path: Path
) -> None:
    assert bench.push(write_loan(tmp_path / "old")).code == 0
    new = write_loan(tmp_path / "new", {"auc_ml": 0.02})
    changed = tmp_path / "changed"
    shutil.copytree(tmp_path / "old", changed)
    (changed / "notes.txt").write_text("theirs", encoding="utf-8")
    hub.before("commit", lambda: hub.publish(REPOSITORY, changed))
    first = bench.push(new)
    assert first.code == 1 and "Nothing was overwritten" in first.err
    second = refused(hub, bench, new)
    assert "holds notes.txt, which no version of this model has" in second
    assert hub.repo(REPOSITORY).files["notes.txt"] == b"theirs"


def test_every_deletion_is_listed_before_it_happens(hub: Hub, bench: Bench, tmp_path: Path) -> None:
    old, new = write_loan(tmp_path / "old"), write_loan(tmp_path / "new", {"auc_ml": 0.02})
    (old / "plots" / "extra.svg").write_text("<svg/>", encoding="utf-8")
    assert "Deleted" not in bench.push(old).out
    told = bench.push(new)
    assert told.code == 0, told
    listed = f"Deleted from {REPOSITORY}, as this checkpoint does not have them:\n"
    assert told.out.index(f"{listed}  - plots/extra.svg\n") < told.out.index("Sending")
    assert "plots/extra.svg" not in hub.repo(REPOSITORY).files


def test_a_push_that_was_broken_off_before_its_tag_makes_room_for_another(
    hub: Hub, bench: Bench, tmp_path: Path
) -> None:
    old, new = write_loan(tmp_path / "old"), write_loan(tmp_path / "new", {"auc_ml": 0.02})
    (old / "plots" / "extra.svg").write_text("<svg/>", encoding="utf-8")
    hub.fail("tag", 403, times=0)
    assert bench.push(old).code == 1
    hub.heal()
    told = bench.push(new)
    assert told.code == 0 and "  - plots/extra.svg\n" in told.out, told
    assert hub.repo(REPOSITORY).tags.keys() == {"v1"}
