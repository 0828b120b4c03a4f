"""The snippets that the page shows run as they are."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tumor_space.code_view import CURL, PYTHON


def run(command: list[str], folder: Path, example: str) -> str:
    """Run a command in a folder where `slice.png` is."""
    shutil.copy(example, folder / "slice.png")
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_python_snippet_runs(server: Any, example: str, tmp_path: Path) -> None:
    printed = run([sys.executable, "-c", PYTHON.format(address=server.address)], tmp_path, example)
    assert "meningioma" in printed
    assert "deletion_beats" in printed


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_snippet_runs(server: Any, example: str, tmp_path: Path) -> None:
    printed = run(["bash", "-c", CURL.format(address=server.address)], tmp_path, example)
    assert "meningioma" in json.loads(printed)["data"][0]["probabilities"]
