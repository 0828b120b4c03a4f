"""A folder of installed packages that holds only what some requirements ask for."""

from __future__ import annotations

from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def closure(requirements: list[str]) -> dict[str, Distribution]:
    """The installed distributions that requirements ask for, directly or through one another."""
    packages: dict[str, Distribution] = {}
    done: set[tuple[str, str]] = set()
    waiting = [Requirement(line) for line in requirements]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        try:
            packages[name] = distribution(name)
        except PackageNotFoundError:
            continue  # for another platform, or a part of it that runs elsewhere
        for extra in {"", *wanted.extras}:
            if (name, extra) not in done:
                done.add((name, extra))
                waiting += asked_by(packages[name], extra)
    return packages


def asked_by(installed: Distribution, extra: str) -> list[Requirement]:
    """What a distribution asks for on this platform."""
    all_of_them = [Requirement(line) for line in installed.requires or []]
    return [r for r in all_of_them if r.marker is None or r.marker.evaluate({"extra": extra})]


def link_packages(requirements: list[str], folder: Path) -> Path:
    """Fill a folder with links to the packages of the closure of some requirements."""
    folder.mkdir()
    for installed in closure(requirements).values():
        for top in {file.parts[0] for file in installed.files or []} - {"..", "__pycache__"}:
            link = folder / top
            if not link.exists() and not top.endswith(".pth"):
                link.symlink_to(Path(str(installed.locate_file(top))))
    return folder
