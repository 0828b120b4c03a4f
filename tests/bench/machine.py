"""Facts about the machine and the software, without which a time says nothing."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = (
    "numpy",
    "pillow",
    "onnxruntime",
    "scikit-learn",
    "torch",
    "timm",
    "captum",
    "grad-cam",
    "gradio",
    "opencv-python-headless",
)


def facts() -> dict[str, Any]:
    """Processor, cores, memory, versions, commit and date."""
    return {
        "cpu": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "versions": {name: number for name in PACKAGES if (number := _version(name))},
        "commit": _commit(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def load() -> list[float]:
    """Processes that wanted a core in the last 1, 5 and 15 minutes, on average."""
    return [round(value, 2) for value in os.getloadavg()]


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    facts = dict(line.split(":", 1) for line in lines if ":" in line)
    named = {key.strip(): value.strip() for key, value in facts.items()}
    name = named.get("model name") or platform.machine()
    return f"{name} (family {named.get('cpu family', '?')}, model {named.get('model', '?')})"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _commit() -> str | None:
    """The commit that was measured, with a + when files differ from it; None outside a clone."""
    here = Path(__file__).parent
    try:
        commit = _git(here, "rev-parse", "--short=12", "HEAD")
        return commit + ("+" if _git(here, "status", "--porcelain", "-uno") else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True, timeout=20
    )
    return done.stdout.strip()
