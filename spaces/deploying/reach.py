"""Which files of `shared` a Space needs: what its imports reach, and those packages' assets."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED = "shared"
ASSETS = "assets"  # folder of a package with what its modules read beside Python


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
