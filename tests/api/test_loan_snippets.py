"""The snippets that the loan page shows run as they are."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from live_server import Server
from loan_checkpoint import Values, predictor, probabilities
from loan_tables import lines, row

from loan_space.code_view import snippets

FIELDS = predictor().decision.fields
DEFAULTS: Values = {field.name: field.default for field in FIELDS}


def run(command: list[str], folder: Path) -> str:
    """Run a command in a folder where `applicants.csv` is."""
    (folder / "applicants.csv").write_text(lines(row()), encoding="utf-8")
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def code(language: str, server: Server) -> str:
    """A snippet as the page shows it."""
    return snippets(FIELDS)[language].format(address=server.address)


def test_the_python_snippet_runs(loan_server: Server, tmp_path: Path) -> None:
    printed = run([sys.executable, "-c", code("Python", loan_server)], tmp_path)
    assert f"{probabilities(DEFAULTS)['ml']:.5f}"[:-1] in printed
    assert "approval" in printed
    written = Path(printed.splitlines()[-1])
    assert "loan_answer" in written.read_text(encoding="utf-8-sig")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_snippet_runs(loan_server: Server, tmp_path: Path) -> None:
    printed = run(["bash", "-c", code("curl", loan_server)], tmp_path)
    share = json.loads(printed)["data"][0]["models"]["ann"]["probability"]
    assert share == pytest.approx(probabilities(DEFAULTS)["ann"], abs=1e-6)


def test_the_javascript_snippet_asks_for_the_same_applicant(loan_server: Server) -> None:
    shown = code("JavaScript", loan_server)
    asked = json.loads(shown.split('"/predict", ')[1].split(");")[0])
    assert asked == {name: value for name, value in DEFAULTS.items() if value is not None}
