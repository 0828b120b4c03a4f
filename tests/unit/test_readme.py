"""The tree in the README is the tree."""

from __future__ import annotations

import re
import subprocess

import pytest
from imports_of import ROOT
from readme_tree import written

LINE = re.compile(r"(?P<indent> *)(?P<name>\S+) {2,}(?P<words>\S.*)")
INDENT = 2


def entries() -> list[str]:
    """Paths in the fenced block under "## Tree"; folders end with a slash."""
    block = (ROOT / "README.md").read_text(encoding="utf-8").split("## Tree")[1].split("```")[1]
    path: list[str] = []
    paths = []
    for line in block.strip("\n").splitlines():
        match = LINE.fullmatch(line)
        assert match, f"a line of the tree without a name and words: {line!r}"
        depth = len(match["indent"]) // INDENT
        path = [*path[:depth], match["name"]]
        paths.append("".join(path))
    return paths


def tracked(*folders: str) -> list[str]:
    """Files that git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *folders]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("no git checkout")
    return [name for name in done.stdout.splitlines() if (ROOT / name).exists()]


def test_everything_in_the_tree_exists() -> None:
    paths = entries()
    assert len(paths) == len(set(paths))
    for name in paths:
        path = ROOT / name
        assert path.is_dir() if name.endswith("/") else path.is_file(), name


def test_every_module_is_in_the_tree() -> None:
    modules = [name for name in tracked("shared", "training", "spaces") if name.endswith(".py")]
    assert modules
    missing = {name for name in modules if not name.endswith("__init__.py")} - set(entries())
    assert not missing


def test_the_tree_says_what_the_modules_say() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert written(text) == text, "run `make tree`"


def test_every_kind_of_tests_is_in_the_tree() -> None:
    kinds = {f"tests/{name.split('/')[1]}/" for name in tracked("tests") if name.count("/") > 1}
    assert kinds <= set(entries())


def test_pictures_and_pages_that_the_readme_links_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
