"""Arrows point one way: a Space's package -> shared <- training, its stages <- its release."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from imports_of import PACKAGES, ROOT, SPACE_PACKAGES, SPACES, imported, modules, top_levels

from training.release.assembly import imported as may_import

OURS = {"shared", "training", "tumor_space", "loan_space", "spaces", "tests"}
MAY_IMPORT = {
    "shared": {"shared"},
    "training": {"training", "shared"},
    "tumor_space": {"tumor_space", "shared"},
    "loan_space": {"loan_space", "shared"},
}
RELEASE = PACKAGES["training"] / "release"
COMMANDS = [
    PACKAGES["training"] / f"{name}.py" for name in ("push", "promote", "history", "rollback")
]
SCRIPTS = [ROOT / "spaces" / f"{name}.py" for name in ("deploy", "look")]
# What deploying and looking may reach: the workflows install the Hub's client and nothing else.
DEPLOYING = {
    "training.release",
    *(f"training.release.{name}" for name in ("assembly", "build", "commits", "deploy", "hub")),
    *(f"training.release.{name}" for name in ("front_matter", "hub_errors", "live", "look")),
    *(f"training.release.{name}" for name in ("restore", "space")),
}
ZERO_GPU = PACKAGES["shared"] / "page" / "gpu.py"  # imports the stranger's package `spaces`
PAGE = PACKAGES["shared"] / "page"
NO_PAGE = [path for path in modules(PACKAGES["shared"]) if PAGE not in path.parents]
NO_PAGE += modules(PACKAGES["training"])
MODEL_CODE = {"torch", "torchvision", "timm", "captum", "onnxruntime", "safetensors", "pydicom"}
MODEL_CODE |= {"sklearn", "skops", "scipy"}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_what_lies_in_its_direction(package: str) -> None:
    paths = modules(PACKAGES[package])
    assert paths
    for module in paths:
        wrong = (top_levels(module) & OURS) - MAY_IMPORT[package]
        wrong -= {"spaces"} if module == ZERO_GPU else set()
        assert not wrong, f"{module.relative_to(ROOT)} imports {wrong}"


def test_rows_of_tables_are_written_in_one_place() -> None:
    writers = [path for root in PACKAGES.values() for path in modules(root)]
    writers = [path for path in writers if "<tr" in path.read_text(encoding="utf-8")]
    assert writers == [PACKAGES["shared"] / "report" / "html.py"]


def test_no_stage_of_training_knows_of_its_release() -> None:
    stages = [path for path in modules(PACKAGES["training"]) if RELEASE not in path.parents]
    for module in set(stages) - set(COMMANDS):
        names = {".".join(name.split(".")[:2]) for name in may_import(module)}
        assert "training.release" not in names, module.relative_to(ROOT)


def test_a_command_hands_on_to_its_room() -> None:
    for module in COMMANDS + SCRIPTS:
        assert imported(module) == {f"training.release.{module.stem}"}


def test_deploying_reaches_only_its_own_part_of_the_release() -> None:
    waiting, reached = list(SCRIPTS), set()
    while waiting:
        for name in may_import(waiting.pop()):
            path = ROOT.joinpath(*name.split(".")).with_suffix(".py")
            if name.split(".")[0] not in OURS or name in reached:
                continue
            if path.is_file() or (path.with_suffix("") / "__init__.py").is_file():
                reached.add(name)
                waiting += [path] if path.is_file() else []
    assert {name for name in reached if name.startswith("training.")} == DEPLOYING
    others = {name for name in reached if not name.startswith(("training", "shared.checkpoint"))}
    assert others <= {"shared", "shared.errors", "shared.pauses"}


def test_what_predicts_and_explains_knows_no_gradio() -> None:
    for module in NO_PAGE:
        assert not top_levels(module) & {"gradio", "gradio_client"}, module.relative_to(ROOT)


def test_what_predicts_explains_and_trains_knows_no_page() -> None:
    assert NO_PAGE
    for module in NO_PAGE:
        names = {".".join(name.split(".")[:2]) for name in may_import(module)}
        assert "shared.page" not in names, module.relative_to(ROOT)


@pytest.mark.parametrize("package", SPACE_PACKAGES)
def test_the_page_holds_no_model_code(package: str) -> None:
    for module in modules(PACKAGES[package]) + modules(PAGE):
        assert not top_levels(module) & MODEL_CODE, module.relative_to(ROOT)


def test_what_both_pages_share_knows_nothing_of_either_model() -> None:
    for module in modules(PAGE):
        names = {".".join(name.split(".")[:2]) for name in may_import(module)}
        assert not names & {"shared.tumor", "shared.loan"}, module.relative_to(ROOT)


def test_the_types_of_the_api_need_no_gradio() -> None:
    code = "import sys, shared.page.schema; sys.exit('gradio' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_imports_name_the_whole_path() -> None:
    for folder in PACKAGES.values():
        for module in modules(folder):
            assert not [name for name in imported(module) if name.startswith(".")], module


def test_nothing_is_unpickled() -> None:
    for folder in PACKAGES.values():
        for module in modules(folder):
            assert not top_levels(module) & {"pickle", "joblib", "dill", "cloudpickle"}, module


def test_the_folder_of_the_spaces_is_no_package() -> None:
    assert list((ROOT / "spaces").glob("__init__.py")) == []
    assert [name for name, folder in SPACES.items() if (folder / "__init__.py").exists()] == []


def test_every_package_is_installed_and_the_root_is_not_on_the_path(tmp_path: Path) -> None:
    code = (
        f"import importlib.util, sys, {', '.join(PACKAGES)}\n"
        "spec = importlib.util.find_spec('spaces')\n"
        "print(spec.origin if spec else None, *sys.path, sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    origin, *path = done.stdout.splitlines()
    assert str(ROOT) not in path
    assert not origin.startswith(str(ROOT / "spaces"))


def test_every_folder_with_modules_is_in_the_list_of_packages() -> None:
    for name, folder in PACKAGES.items():
        for init in folder.rglob("__init__.py"):
            parts = init.parent.relative_to(folder).parts
            assert importlib.util.find_spec(".".join((name, *parts)))
            listed = f'"{".".join((name, *parts))}",'
            assert listed in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
