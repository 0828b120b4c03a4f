"""Assemble a Space's folder as the Hub gets it: `python spaces/deploy.py tumor --local FOLDER`.

The result runs by itself: the Space's own folder, beside it what it imports of `shared` with the
assets of those packages, and a file SOURCE that names the commit. The bundled checkpoint stays out
unless it is asked for.
"""

from __future__ import annotations

import argparse
import ast
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from huggingface_hub.repocard import metadata_load

ROOT = Path(__file__).parents[1]
SHARED = "shared"
ASSETS = "assets"  # folder of a package with what its modules read beside Python
CHECKPOINT = "checkpoint"
LONGEST_DESCRIPTION = 60  # characters; the Hub refuses a longer one
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
SHOWN = ["title", "emoji", "colorFrom", "colorTo", "license", "tags", "short_description"]
REQUIRED = [*SHOWN, "sdk", "sdk_version", "python_version", "app_file"]


def assemble(space: Path, target: Path, *, with_checkpoint: bool) -> list[str]:
    """Write the folder that the Hub gets.

    Args:
        space: a Space's folder in this repository.
        target: a folder that does not exist yet, or is empty.
        with_checkpoint: take the bundled checkpoint along.

    Returns:
        The files written, as sorted paths with slashes.

    Raises:
        ValueError: no such Space, a target that is in the way, or front matter with a fault.
    """
    if not (space / "app.py").is_file():
        raise ValueError(f"There is no Space {space.name!r} with an app.py.")
    check_target(space, target)
    check_front_matter(space)
    source = source_text()
    shutil.copytree(space, target, ignore=left_out(space, with_checkpoint), dirs_exist_ok=True)
    modules = shared_files(sorted(target.rglob("*.py")))
    for file in modules | assets_of(modules):
        copy = target / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    (target / "SOURCE").write_text(source, encoding="utf-8")
    return sorted(p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file())


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


def shared_files(modules: list[Path]) -> set[Path]:
    """The files of `shared` that some modules import, directly or through one another.

    Args:
        modules: files outside `shared`.
    """
    found: set[Path] = set()
    waiting = list(modules)
    while waiting:
        new = {file for name in imported(waiting.pop()) for file in files_of(name)} - found
        found |= new
        waiting += new
    return found


def assets_of(modules: Iterable[Path]) -> set[Path]:
    """What lies in the assets of the packages of some modules; hidden files stay behind."""
    folders = {module.parent / ASSETS for module in modules}
    found = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
    return {path for path in found if path.suffix != ".py" and not path.name.startswith(".")}


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
        path = ROOT.joinpath(*parts[:end])
        for file in (path / "__init__.py", path.with_suffix(".py")):
            if file.is_file():
                yield file


def check_front_matter(space: Path) -> None:
    """Refuse a Space whose README.md the Hub would refuse or build differently from our tests.

    Raises:
        ValueError: names the key and what is wrong with it.
    """
    found = metadata_load(space / "README.md") or {}
    missing = [key for key in REQUIRED if not found.get(key)]
    if missing:
        raise ValueError(f"README.md of {space.name}: front matter lacks {', '.join(missing)}.")
    faults = {
        "sdk": found["sdk"] != "gradio",
        "sdk_version": found["sdk_version"] != tested_gradio(),
        "colorFrom": found["colorFrom"] not in COLOURS,
        "colorTo": found["colorTo"] not in COLOURS,
        "app_file": not (space / found["app_file"]).is_file(),
        "short_description": len(found["short_description"]) > LONGEST_DESCRIPTION,
    }
    for key in (key for key, wrong in faults.items() if wrong):
        raise ValueError(f"README.md of {space.name}: {key} cannot be {found[key]!r}.")


def tested_gradio() -> str:
    """The version of Gradio that the tests ran with."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    return pins["gradio"]


def source_text() -> str:
    """Content of SOURCE: the commit, and whether files had changed since.

    Raises:
        ValueError: this is no git checkout, so that no commit can be named.
    """
    commit = git("rev-parse", "HEAD")
    changed = git("status", "--porcelain", "--", "spaces", SHARED)
    return f"{commit}\n" + ("with uncommitted changes\n" if changed else "")


def git(*arguments: str) -> str:
    """What a git command prints."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise ValueError(f"git {' '.join(arguments)} failed: {done.stderr.strip()}")
    return done.stdout.strip()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("space", help="name of a folder in spaces/")
    parser.add_argument("--local", type=Path, required=True, help="where to write the folder")
    parser.add_argument("--with-checkpoint", action="store_true", help="take the bundled one along")
    options = parser.parse_args()
    space = Path(__file__).parent / options.space
    try:
        files = assemble(space, options.local, with_checkpoint=options.with_checkpoint)
    except ValueError as error:
        sys.exit(str(error))
    print(f"{options.local}: {len(files)} files, {sum('/' in name for name in files)} in folders")
    if not options.with_checkpoint:
        print("The bundled checkpoint is not among them (--with-checkpoint takes it along).")


if __name__ == "__main__":
    main()
