"""Assemble a Space's folder as the Hub gets it.

The result runs by itself: the Space's own folder, beside it what it imports of `shared` with the
assets of those packages, and a file SOURCE that names the commit. Its front matter names the locked
model and has the Hub bring it along.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from deploying.code_source import SOURCE_FILE, source_text
from deploying.front_matter import README, add, check_front_matter, of_lock
from deploying.reach import ROOT, assets_of, shared_files
from shared.checkpoint.lock import LOCK_FILE, read_lock

CHECKPOINT = "checkpoint"


def assemble(space: Path, target: Path, *, with_checkpoint: bool, public: bool = True) -> list[str]:
    """Write the folder that the Hub gets.

    Args:
        space: a Space's folder in this repository.
        target: a folder that does not exist yet, or is empty.
        with_checkpoint: take the bundled checkpoint along.
        public: whether anybody may read the locked model.

    Returns:
        The files written, as sorted paths with slashes.

    Raises:
        ValueError: no such Space, a target that is in the way, or front matter with a fault.
        CheckpointError: the Space's lock cannot be used.
    """
    if not (space / "app.py").is_file():
        raise ValueError(f"There is no Space {space.name!r} with an app.py.")
    check_target(space, target)
    check_front_matter(space)
    said, source = of_lock(read_lock(space / LOCK_FILE), public=public), source_text()
    shutil.copytree(space, target, ignore=left_out(space, with_checkpoint), dirs_exist_ok=True)
    modules = shared_files(sorted(target.rglob("*.py")))
    for file in modules | assets_of(modules):
        copy = target / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    add(target / README, said)
    (target / SOURCE_FILE).write_text(source, encoding="utf-8")
    return sorted(files_in(target))


def files_in(folder: Path) -> dict[str, Path]:
    """Every file of a folder, by its path with slashes."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path for path in found}


def check_target(space: Path, target: Path) -> None:
    """Refuse a target that would be overwritten or would be copied into itself."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ValueError(f"{target} is not empty. Name a new folder.")
    if target.resolve().is_relative_to(space.resolve()):
        raise ValueError(f"{target} lies inside the Space. Name a folder elsewhere.")


def left_out(space: Path, with_checkpoint: bool) -> Any:
    """What copytree leaves out: caches, hidden files and, unless asked for, the checkpoint."""

    def ignore(folder: str, names: list[str]) -> set[str]:
        found = {name for name in names if name.startswith(".") or name == "__pycache__"}
        if Path(folder) == space and not with_checkpoint:
            found.add(CHECKPOINT)
        return found

    return ignore
