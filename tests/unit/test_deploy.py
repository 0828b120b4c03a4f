"""The folder that the Hub gets; tests/api/test_assembled_space.py runs it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub.repocard import metadata_load
from imports_of import ROOT, SPACES, imported
from small_checkpoint import COMMIT, REPOSITORY, write_checkpoint, write_space

from shared.checkpoint.lock import LOCK_FILE, read_lock
from training.release import front_matter
from training.release.assembly import assemble, assets_of, git

DEPLOY = ROOT / "spaces" / "deploy.py"

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
        "README.md": FRONT_MATTER.format(gradio=front_matter.tested_gradio()),
        "app.py": "from shared.checkpoint.lock import read_lock",
        "some_space/checkpoint/keep.txt": "a folder of that name elsewhere is not the checkpoint",
        "some_space/__pycache__/x.pyc": "",
        ".cache/x": "",
    }
    for name, text in files.items():
        path = tmp_path / "space" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return write_space(tmp_path / "space")


def test_the_space_goes_without_checkpoint_caches_and_hidden_files(
    space: Path, tmp_path: Path
) -> None:
    files = assemble(space, tmp_path / "out", along=False).files
    own = [name for name in files if not name.startswith("shared/")]
    assert own == [
        "README.md",
        "SOURCE",
        "app.py",
        "checkpoint.json",
        "some_space/checkpoint/keep.txt",
    ]


def test_the_checkpoint_goes_along_when_asked_for(space: Path, tmp_path: Path) -> None:
    files = assemble(space, tmp_path / "out", along=True).files
    assert "checkpoint/model.onnx" in files


def test_of_shared_only_what_the_imports_reach(space: Path, tmp_path: Path) -> None:
    files = assemble(space, tmp_path / "out", along=False).files
    assert [name for name in files if name.startswith("shared/")] == [
        "shared/__init__.py",
        "shared/checkpoint/__init__.py",
        "shared/checkpoint/contract.py",
        "shared/checkpoint/lock.py",
        "shared/errors.py",
    ]


def test_imports_inside_functions_and_of_modules_by_from_count(space: Path, tmp_path: Path) -> None:
    (space / "app.py").write_text("def f():\n    from shared.slices import framing", "utf-8")
    files = assemble(space, tmp_path / "out", along=False).files
    assert "shared/slices/framing.py" in files
    assert "shared/slices/dicom.py" not in files


def test_what_a_reached_package_reads_goes_along(space: Path, tmp_path: Path) -> None:
    (space / "app.py").write_text("from shared.page.html import page_asset", "utf-8")
    files = assemble(space, tmp_path / "out", along=False).files
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
    assert assets_of([folder.parent / "html.py"]) == {folder / "style.css"}


@pytest.mark.parametrize("name", SPACES)
def test_every_import_of_a_space_is_there(name: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    files = set(assemble(SPACES[name], out, along=False).files)
    for module in out.rglob("*.py"):
        ast.parse(module.read_text(encoding="utf-8"))
        for wanted in imported(module):
            if wanted.split(".")[0] in {"shared", f"{name}_space"}:
                path = wanted.replace(".", "/")
                assert {f"{path}.py", f"{path}/__init__.py"} & files, wanted
    assert not [name for name in files if name.startswith(("training/", "tests/", "checkpoint/"))]


def test_source_names_the_commit(space: Path, tmp_path: Path) -> None:
    assemble(space, tmp_path / "out", along=False)
    commit, *rest = (tmp_path / "out" / "SOURCE").read_text(encoding="utf-8").splitlines()
    assert re.fullmatch("[0-9a-f]{40}", commit)
    assert commit == git("rev-parse", "HEAD")
    assert rest in ([], ["with uncommitted changes"])


def test_a_folder_with_something_in_it_is_left_alone(space: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "precious").touch()
    with pytest.raises(ValueError, match="not empty"):
        assemble(space, tmp_path / "out", along=False)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["precious"]


def test_a_folder_inside_the_space_is_refused(space: Path) -> None:
    with pytest.raises(ValueError, match="inside the Space"):
        assemble(space, space / "out", along=False)


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
        (("tags:", "models: [somebody/tumor]\ntags:"), "models comes from checkpoint"),
    ],
)
def test_front_matter_that_the_hub_would_refuse_is_refused_here(
    space: Path, tmp_path: Path, change: tuple[str, str], fault: str
) -> None:
    readme = space / "README.md"
    readme.write_text(readme.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(ValueError, match=fault):
        assemble(space, tmp_path / "out", along=False)
    assert not (tmp_path / "out").exists()


def test_front_matter_names_the_locked_model_and_brings_it_along(tmp_path: Path) -> None:
    published = write_checkpoint(tmp_path / "published")
    folder = write_space(tmp_path / "space", published)
    (folder / "app.py").touch()
    text = FRONT_MATTER.format(gradio=front_matter.tested_gradio()) + "# For visitors\n"
    (folder / "README.md").write_text(text, encoding="utf-8")
    assemble(folder, tmp_path / "out", along=False)
    readme = tmp_path / "out" / "README.md"
    found = metadata_load(readme)
    assert found["models"] == [REPOSITORY]
    name, files, commit = found["preload_from_hub"][0].split(" ")
    assert (name, commit) == (REPOSITORY, COMMIT)
    assert files.split(",") == sorted(read_lock(folder / LOCK_FILE).files)
    assert {key: found[key] for key in ("title", "emoji", "tags")} == {
        "title": "A Space", "emoji": "🧠", "tags": ["test"]
    }  # fmt: skip
    assert readme.read_text(encoding="utf-8").endswith("---\n# For visitors\n")


def test_before_a_model_is_published_the_front_matter_stays_as_it_is(
    space: Path, tmp_path: Path
) -> None:
    assemble(space, tmp_path / "out", along=True)
    assert (tmp_path / "out" / "README.md").read_bytes() == (space / "README.md").read_bytes()


def test_a_locked_file_that_the_list_cannot_hold_is_refused(tmp_path: Path) -> None:
    published = write_checkpoint(tmp_path / "published")
    (published / "two words.txt").touch()
    folder = write_space(tmp_path / "space", published)
    (folder / "app.py").touch()
    (folder / "README.md").write_text(
        FRONT_MATTER.format(gradio=front_matter.tested_gradio()), "utf-8"
    )
    with pytest.raises(ValueError, match=r"'two words\.txt'.*comma or a space"):
        assemble(folder, tmp_path / "out", along=False)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing", "--local", "out"], "invalid choice: 'nothing'"),
        (["loan"], "say where: --to OWNER/NAME, --local FOLDER, or both"),
        (["loan", "--to", "no-owner"], "'no-owner' is not OWNER/NAME"),
        (["loan", "--local", "out", "--back-to", "f" * 40], "--back-to goes with --to alone"),
        (["loan", "--to", "a/b", "--hardware", "toaster"], "invalid choice: 'toaster'"),
    ],
)
def test_wrong_use_is_said_and_ends_with_2(tmp_path: Path, arguments: list[str], said: str) -> None:
    command = [sys.executable, str(DEPLOY), *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_is_refused_is_one_sentence_and_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "precious").touch()
    command = [sys.executable, str(DEPLOY), "loan", "--local", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.strip() == f"{tmp_path} is not empty. Name a new folder."
