"""What a Space says it needs is what it imports, in the versions that the tests run with."""

from __future__ import annotations

import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from imports_of import ROOT, SPACES, modules, top_levels
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from training.release.assembly import shared_files

# Not imported by us, but an imported package cannot be imported without it.
NEEDED_BY_ANOTHER = {"torchvision": "timm"}
COMES_WITH_THE_SDK = {"gradio", "gradio-client", "starlette"}  # Gradio is an app of Starlette
THERE_ON_THE_HUB_ALONE = {"spaces"}
# The oldest and the newest that it has, and the first that would take their place.
ZEROGPU_HAS_ITS_OWN = {
    "torch": ("2.8.0", "2.11.0", "2.12.0"),
    "torchvision": ("0.23.0", "0.26.0", "0.27.0"),
}


def requirements(text: str) -> dict[str, Requirement]:
    """Requirements by canonical name."""
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    requirements = [Requirement(line) for line in lines if line]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def imported_distributions(space: Path) -> set[str]:
    """Distributions from which a Space and what it reaches of `shared` import, at a module's top
    or in a function.
    """
    own = modules(space)
    names = set().union(*(top_levels(path) for path in {*own, *shared_files(own)}))
    third_party = names - set(sys.stdlib_module_names) - {"shared", f"{space.name}_space"}
    third_party -= THERE_ON_THE_HUB_ALONE
    owners = packages_distributions()
    return {canonicalize_name(owners[name][0]) for name in third_party}


def listed_by(space: Path) -> dict[str, Requirement]:
    """What a Space says it needs."""
    return requirements((space / "requirements.txt").read_text(encoding="utf-8"))


@pytest.fixture(params=SPACES)
def space(request: pytest.FixtureRequest) -> Path:
    return SPACES[request.param]


@pytest.fixture
def listed(space: Path) -> dict[str, Requirement]:
    return listed_by(space)


@pytest.fixture
def lock() -> dict[str, str]:
    pins = requirements((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    return {name: str(next(iter(pin.specifier)).version) for name, pin in pins.items()}


def test_everything_imported_is_listed_and_nothing_else(
    space: Path, listed: dict[str, Requirement]
) -> None:
    needed = imported_distributions(space) - COMES_WITH_THE_SDK
    extra = {name for name, by in NEEDED_BY_ANOTHER.items() if by in needed}
    assert set(listed) == needed | extra


def test_gradio_and_our_own_names_are_never_listed(listed: dict[str, Requirement]) -> None:
    # The Hub installs Gradio by sdk_version; `shared` and `spaces` are strangers' packages on PyPI.
    assert not set(listed) & {"gradio", "gradio-client", "shared", "training", "spaces"}


def test_versions_are_those_that_the_tests_run_with(
    listed: dict[str, Requirement], lock: dict[str, str]
) -> None:
    for name, requirement in listed.items():
        if name not in ZEROGPU_HAS_ITS_OWN:
            assert str(requirement.specifier) == f"=={lock[name]}", name


def test_what_zerogpu_has_installed_is_kept_and_nothing_newer_comes_in(
    listed: dict[str, Requirement],
) -> None:
    for name, (oldest, newest, too_new) in ZEROGPU_HAS_ITS_OWN.items():
        if name in listed:
            specifier = listed[name].specifier
            assert specifier.contains(oldest) and specifier.contains(newest)
            assert not specifier.contains(too_new)


def test_pyproject_needs_what_the_spaces_need() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text.split("\ndependencies = [")[1].split("\n]")[0]
    base = requirements("\n".join(re.findall(r'^ *"([^"]+)"', block, re.M)))
    assert set(base) == {"gradio"}.union(*(listed_by(space) for space in SPACES.values()))


def test_all_that_pyproject_names_is_pinned(lock: dict[str, str]) -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text.split("\ndependencies = [")[1].split("[tool.")[0]
    named = {Requirement(line).name for line in re.findall(r'^ *"([^"]+)",', block, re.M)}
    missing = {canonicalize_name(name) for name in named} - set(lock) - {"explainable-spaces"}
    assert not missing
