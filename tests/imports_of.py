"""What our modules import, read from their source."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
SPACES = {app.parent.name: app.parent for app in sorted(ROOT.glob("spaces/*/app.py"))}
SPACE_PACKAGES = {
    f"{name}_space": ROOT / "spaces" / name / f"{name}_space"
    for name in ("loan", "tumor")
    if (ROOT / "spaces" / name / f"{name}_space").is_dir()
}
PACKAGES = {
    "shared": ROOT / "shared",
    "training": ROOT / "training",
    **SPACE_PACKAGES,
}


def modules(folder: Path) -> list[Path]:
    """All Python files of a folder."""
    return sorted(folder.rglob("*.py"))


def imported(module: Path) -> set[str]:
    """Every module name that a file imports, at its top or inside a function."""
    names = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return names


def top_levels(module: Path) -> set[str]:
    """The first part of every name that a file imports."""
    return {name.split(".")[0] for name in imported(module)}
