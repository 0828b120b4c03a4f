"""The folder that the Hub gets; tests/api/test_assembled_space.py runs it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from by_path import load_script
from imports_of import ROOT, SPACES, imported

DEPLOY = ROOT / "spaces" / "deploy.py"
deploy = load_script(DEPLOY)

FRONT_MATTER = """---
title: A Space
emoji: 🧠
colorFrom: blue
colorTo: green
sdk: gradio
sdk_version: {gradio}
python_version: "3.12"
app_file: app.py
license: apache-2.0
short_description: Says what it is
tags:
  - test
---
"""


@pytest.fixture
def space(tmp_path: Path) -> Path:
    """A Space of its own with everything that must stay behind."""
    files = {
        "README.md": FRONT_MATTER.format(gradio=deploy.tested_gradio()),
        "app.py": "from shared.checkpoint.lock import read_lock",
        "checkpoint/model.onnx": "weights",
        "some_space/checkpoint/keep.txt": "a folder of that name elsewhere is not the checkpoint",
        "some_space/__pycache__/x.pyc": "",
        ".cache/x": "",
    }
    for name, text in files.items():
        path = tmp_path / "space" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "space"


def test_the_space_goes_without_checkpoint_caches_and_hidden_files(
    space: Path, tmp_path: Path
) -> None:
    files = deploy.assemble(space, tmp_path / "out", with_checkpoint=False)
    own = [name for name in files if not name.startswith("shared/")]
    assert own == ["README.md", "SOURCE", "app.py", "some_space/checkpoint/keep.txt"]


def test_the_checkpoint_goes_along_when_asked_for(space: Path, tmp_path: Path) -> None:
    files = deploy.assemble(space, tmp_path / "out", with_checkpoint=True)
    assert "checkpoint/model.onnx" in files


def test_of_shared_only_what_the_imports_reach(space: Path, tmp_path: Path) -> None:
    files = deploy.assemble(space, tmp_path / "out", with_checkpoint=False)
    assert [name for name in files if name.startswith("shared/")] == [
        "shared/__init__.py",
        "shared/checkpoint/__init__.py",
        "shared/checkpoint/contract.py",
        "shared/checkpoint/lock.py",
        "shared/errors.py",
    ]


def test_imports_inside_functions_and_of_modules_by_from_count(space: Path, tmp_path: Path) -> None:
    (space / "app.py").write_text("def f():\n    from shared.slices import limits", "utf-8")
    files = deploy.assemble(space, tmp_path / "out", with_checkpoint=False)
    assert "shared/slices/limits.py" in files
    assert "shared/slices/dicom.py" not in files


def test_what_a_reached_package_reads_goes_along(space: Path, tmp_path: Path) -> None:
    (space / "app.py").write_text("from shared.page.html import page_asset", "utf-8")
    files = deploy.assemble(space, tmp_path / "out", with_checkpoint=False)
    own = ROOT / "shared" / "page" / "assets"
    wanted = {f"shared/page/assets/{path.name}" for path in own.iterdir()}
    assert "shared/page/assets/style.css" in wanted
    assert wanted <= set(files)
    copied = tmp_path / "out" / "shared" / "page" / "assets" / "style.css"
    assert copied.read_bytes() == (own / "style.css").read_bytes()


def test_of_assets_neither_code_nor_hidden_files_go_along(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "shared" / "page" / "assets"
    folder.mkdir(parents=True)
    for name in ("style.css", ".hidden", "tool.py"):
        (folder / name).touch()
    assert deploy.assets_of([folder.parent / "html.py"]) == {folder / "style.css"}


@pytest.mark.parametrize("name", SPACES)
def test_every_import_of_a_space_is_there(name: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    files = set(deploy.assemble(SPACES[name], out, with_checkpoint=False))
    for module in out.rglob("*.py"):
        ast.parse(module.read_text(encoding="utf-8"))
        for wanted in imported(module):
            if wanted.split(".")[0] in {"shared", f"{name}_space"}:
                path = wanted.replace(".", "/")
                assert {f"{path}.py", f"{path}/__init__.py"} & files, wanted
    assert not [name for name in files if name.startswith(("training/", "tests/", "checkpoint/"))]


def test_source_names_the_commit(space: Path, tmp_path: Path) -> None:
    deploy.assemble(space, tmp_path / "out", with_checkpoint=False)
    commit, *rest = (tmp_path / "out" / "SOURCE").read_text(encoding="utf-8").splitlines()
    assert re.fullmatch("[0-9a-f]{40}", commit)
    assert commit == deploy.git("rev-parse", "HEAD")
    assert rest in ([], ["with uncommitted changes"])


def test_a_folder_with_something_in_it_is_left_alone(space: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "precious").touch()
    with pytest.raises(ValueError, match="not empty"):
        deploy.assemble(space, tmp_path / "out", with_checkpoint=False)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["precious"]


def test_a_folder_inside_the_space_is_refused(space: Path) -> None:
    with pytest.raises(ValueError, match="inside the Space"):
        deploy.assemble(space, space / "out", with_checkpoint=False)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("emoji: 🧠\n", ""), "lacks emoji"),
        (("sdk: gradio", "sdk: streamlit"), "sdk cannot be 'streamlit'"),
        (("sdk_version: ", "sdk_version: 1"), "sdk_version cannot be"),
        (("colorTo: green", "colorTo: teal"), "colorTo cannot be 'teal'"),
        (("app_file: app.py", "app_file: main.py"), r"app_file cannot be 'main\.py'"),
        (("Says what it is", "Says " + "x" * 60), "short_description cannot be"),
        (("---\n", ""), "lacks title"),
    ],
)
def test_front_matter_that_the_hub_would_refuse_is_refused_here(
    space: Path, tmp_path: Path, change: tuple[str, str], fault: str
) -> None:
    readme = space / "README.md"
    readme.write_text(readme.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(ValueError, match=fault):
        deploy.assemble(space, tmp_path / "out", with_checkpoint=False)
    assert not (tmp_path / "out").exists()


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    command = [sys.executable, str(DEPLOY), "nothing", "--local", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode
    assert done.stderr.strip() == "There is no Space 'nothing' with an app.py."
