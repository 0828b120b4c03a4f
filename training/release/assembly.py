"""A Space's folder as the Hub gets it.

It runs by itself: the Space's own folder, beside it what it imports of `shared` with the assets of
those packages, and a file SOURCE that names the commit. Its front matter names the locked model and
has the Hub bring it along.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.checkpoint.lock import LOCK_FILE, Lock, read_lock
from shared.checkpoint.source import BUNDLED
from shared.errors import InputError
from training.release import live
from training.release.front_matter import README, add, check_front_matter, keys_of_lock
from training.release.hub import say

SHARED = "shared"
ASSETS = "assets"  # folder of a package with what its modules read beside Python
SOURCE_FILE = "SOURCE"
UNCOMMITTED = "with uncommitted changes"


@dataclass(frozen=True)
class Folder:
    """What shall be on the Hub.

    Attributes:
        name: of the Space in this repository.
        files: where each file lies, by its path in the Space.
        title: of the commit.
        description: of the commit.
    """

    name: str
    files: Mapping[str, Path]
    title: str
    description: str = ""

    @property
    def lock(self) -> Lock:
        """Which model it runs."""
        return read_lock(self.files[LOCK_FILE])

    @property
    def source(self) -> list[str]:
        """The lines of SOURCE: the commit, and whether there were uncommitted changes."""
        return self.files[SOURCE_FILE].read_text(encoding="utf-8").splitlines()


def _about_the_model(lock: Lock, *, along: bool) -> str:
    """Which model the folder runs, and whether the bundled checkpoint is in it."""
    if lock.repository is None:
        return f"Model: the bundled one, in {BUNDLED}/; none has been published yet."
    bundled = f"with the bundled one in {BUNDLED}/" if along else "without the bundled one"
    return f"Model: {lock.repository} at {lock.commit}, {bundled}."


def assemble(space: Path, target: Path, *, along: bool = True, public: bool = True) -> Folder:
    """Write the folder that the Hub gets, and say which model it runs.

    Args:
        space: a Space's folder in this checkout.
        target: a folder that does not exist yet, or is empty.
        along: take the bundled checkpoint along; without it the Space has nothing to answer with
            until the Hub has given it the locked one.
        public: whether anybody may read the locked model.

    Raises:
        InputError: no such Space, a target that is in the way, or front matter with a fault.
        CheckpointError: the Space's lock cannot be used.
    """
    if not (space / "app.py").is_file():
        raise InputError(f"There is no Space {space.name!r} with an app.py.")
    _check_target(space, target)
    check_front_matter(space)
    lock, commit, changed = read_lock(space / LOCK_FILE), *_source()
    keys = keys_of_lock(lock, public=public)
    shutil.copytree(space, target, ignore=_left_out(space, along), dirs_exist_ok=True)
    modules = shared_files(sorted(target.rglob("*.py")))
    for file in modules | assets_of(modules):
        copy = target / file.relative_to(live.ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    add(target / README, keys)
    (target / SOURCE_FILE).write_text(f"{commit}\n{changed}", encoding="utf-8")
    files, model = files_in(target), _about_the_model(lock, along=along)
    say(f"{space.name}: {len(files)} files, {sum('/' in name for name in files)} in folders")
    say(model)
    return Folder(space.name, files, f"Deploy the {space.name} Space from {commit[:12]}", model)


def files_in(folder: Path) -> dict[str, Path]:
    """Every file of a folder, by its path with slashes."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path for path in paths}


def _check_target(space: Path, target: Path) -> None:
    """Refuse a target that would be overwritten or would be copied into itself."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{target} is not empty. Name a new folder.")
    if target.resolve().is_relative_to(space.resolve()):
        raise InputError(f"{target} lies inside the Space. Name a folder elsewhere.")


def _left_out(space: Path, along: bool) -> Any:
    """What copytree leaves out: caches, hidden files and, unless asked for, the checkpoint."""

    def ignore(folder: str, names: list[str]) -> set[str]:
        left = {name for name in names if name.startswith(".") or name == "__pycache__"}
        if Path(folder) == space and not along:
            left.add(BUNDLED)
        return left

    return ignore


def _source() -> tuple[str, str]:
    """For SOURCE: the commit of this checkout, and a line that says so where files have changed."""
    changed = git("status", "--porcelain", "--", "spaces", SHARED)
    return git("rev-parse", "HEAD"), f"{UNCOMMITTED}\n" if changed else ""


def git(*arguments: str) -> str:
    """What a git command prints."""
    done = subprocess.run(["git", *arguments], cwd=live.ROOT, capture_output=True, text=True)
    if done.returncode:
        raise InputError(f"git {' '.join(arguments)} failed: {done.stderr.strip()}")
    return done.stdout.strip()


def shared_files(modules: list[Path]) -> set[Path]:
    """The files of `shared` that some modules import, directly or through one another.

    Args:
        modules: files outside `shared`.
    """
    reached: set[Path] = set()
    waiting = list(modules)
    while waiting:
        new = {file for name in imported(waiting.pop()) for file in files_of(name)} - reached
        reached |= new
        waiting += new
    return reached


def assets_of(modules: Iterable[Path]) -> set[Path]:
    """What lies in the assets of the packages of some modules; hidden files stay behind."""
    folders = {module.parent / ASSETS for module in modules}
    files = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
    return {path for path in files if path.suffix != ".py" and not path.name.startswith(".")}


def imported(module: Path) -> Iterator[str]:
    """Dotted names that a module may import, at its top or in a function.

    `from a.b import c` may mean the module a.b.c, so that is among them.
    """
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"), str(module))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def files_of(name: str) -> Iterator[Path]:
    """The module of `shared` that a dotted name means, with the packages around it."""
    parts = name.split(".")
    if parts[0] != SHARED:
        return
    for end in range(1, len(parts) + 1):
        path = live.ROOT.joinpath(*parts[:end])
        for file in (path / "__init__.py", path.with_suffix(".py")):
            if file.is_file():
                yield file
