"""Which code and which versions made a figure."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    "torch",
    "timm",
    "captum",
    "onnxruntime",
    "numpy",
    "pillow",
    "scikit-learn",
    "skops",
    "fairlearn",
    "skl2onnx",
)


def commit() -> str:
    """The commit of this checkout, with "+changes" where files differ from it."""
    root = Path(__file__).parent

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=root, capture_output=True, text=True, check=False
        ).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no")
    return (git("rev-parse", "HEAD") or "unknown") + ("+changes" if changed else "")


def versions() -> dict[str, str]:
    """Python and the packages that a result may depend on."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
