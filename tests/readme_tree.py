"""Write the tree in the README from the modules' own docstrings: `make tree`.

Each file stands with the first line of its docstring, or what of it fits, so that nobody has to say
it twice.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
TOP = ("spaces", "shared", "training")
COLUMN = 31  # where the words begin
WIDTH = 80  # characters of words; a longer line is cut where a part of its sentence ends
NOTES = {  # what has no docstring of its own
    "spaces": "What is deployed to the Hub, and how it is run and assembled",
    "spaces/loan": "The loan Space; its README.md is the page on the Hub",
    "spaces/tumor": "The tumor Space; its README.md is the page on the Hub",
    "spaces/loan/requirements.txt": "What the Hub installs",
    "spaces/tumor/requirements.txt": "What the Hub installs",
    "spaces/loan/checkpoint.json": "The lock: which models, to the byte",
    "spaces/tumor/checkpoint.json": "The lock: which model, to the byte",
    "spaces/loan/loan_space/assets": "Style and scripts of the page",
    "spaces/tumor/tumor_space/assets": "Style, scripts and templates of the page",
    "shared/page/assets": "The common style, scripts and templates",
    "spaces/loan/checkpoint": "The bundled models: weights, decision, evaluation, card, examples",
    "spaces/tumor/checkpoint": "The bundled model: weights, decision, evaluation, card, examples",
}
TESTS = """\
tests/                         By what they drive
  unit/                        Functions, with numbers worked out by hand
  api/                         A live server, driven by gradio_client and plain HTTP
  browser/                     The page in Chromium, at 1280 and 390 px; axe
  hub/                         Loading and releasing, with the real huggingface_hub
  hub_emulator/                A Hub-compatible server on 127.0.0.1, and its own tests
  bench/                       Speed, as ratios in one run
docs/                          A release, its rehearsal, decisions, pictures, the bench's record
"""


def tree() -> str:
    """The tree as it stands in the README, between its fences."""
    return "".join(line for name in TOP for line in _lines(ROOT / name, 0)) + TESTS


def written(text: str) -> str:
    """A README with the tree of today."""
    before, rest = text.split("## Tree\n\n```\n", 1)
    return f"{before}## Tree\n\n```\n{tree()}```\n\n{rest.split('```', 1)[1].lstrip()}"


def _lines(folder: Path, depth: int) -> list[str]:
    lines = [_line(folder.name + "/", _words(folder), depth)]
    entries = sorted(folder.iterdir(), key=lambda path: (path.is_dir(), path.name))
    for path in entries:
        if path.is_dir() and _is_told(path):
            lines += _lines(path, depth + 1)
        elif path.is_file() and _words(path) and path.name != "__init__.py":
            lines.append(_line(path.name, _words(path), depth + 1))
    return lines


def _is_told(folder: Path) -> bool:
    return bool(_words(folder))


def _words(path: Path) -> str:
    note = NOTES.get(path.relative_to(ROOT).as_posix())
    module = path / "__init__.py" if path.is_dir() else path
    if note or module.suffix != ".py" or not module.is_file():
        return note or ""
    docstring = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    line = docstring.split("\n", 1)[0].split(": `python")[0].split(". ")[0].rstrip(".")
    ends = [end.start() for end in re.finditer(r"[;:,] ", line) if end.start() <= WIDTH]
    return line if len(line) <= WIDTH or not ends else line[: ends[-1]]


def _line(name: str, words: str, depth: int) -> str:
    indent = "  " * depth
    return f"{indent}{name}".ljust(COLUMN - 2) + f"  {words}\n"


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
