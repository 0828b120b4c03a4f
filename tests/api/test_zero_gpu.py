"""Both Spaces on ZeroGPU, played by the package in zero_gpu/: a marked function runs in a fork."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gradio_client import Client, handle_file
from live_server import SPACES, Server, running
from loan_checkpoint import simulated

PACKAGE = Path(__file__).parent / "zero_gpu"
IN_A_FORK = "in a process of its own"
METHODS = ("integrated_gradients", "occlusion")
OPINIONS = """
import json, os, sys
from pathlib import Path
from loan_space.applicant.second_opinions import opinions_html
from loan_space.serving import answer, serve
from shared.checkpoint.source import LoadedCheckpoint
folder = Path(sys.argv[1])
served = serve(LoadedCheckpoint(folder, "folder", "", "", None, ""))
answered = answer(served, json.loads(sys.argv[2]))
print("opinions:", opinions_html(served, answered), flush=True)
Path(os.environ["ZERO_GPU_USED_UP"]).touch()
print("quota:", file=sys.stderr)
print("opinions:", opinions_html(served, answered))
"""


@dataclass(frozen=True)
class OnZero:
    """A Space on ZeroGPU; while `used_up` exists, the quota is used up."""

    server: Server
    used_up: Path

    @property
    def client(self) -> Client:
        """For its API."""
        return Client(self.server.address, verbose=False)

    def log(self) -> str:
        """What it has printed so far."""
        return self.server.log.read_text(encoding="utf-8")


def environment(used_up: Path) -> dict[str, str]:
    """The variables of a process on ZeroGPU."""
    zero = {"PYTHONPATH": str(PACKAGE), "ZERO_GPU_USED_UP": str(used_up), "HF_HUB_OFFLINE": "1"}
    return os.environ | zero


@contextmanager
def on_zero(name: str, folder: Path) -> Iterator[OnZero]:
    """Start a Space there."""
    command, used_up = [sys.executable, "app.py"], folder / "used_up"
    with running(command, SPACES / name, environment(used_up), folder) as server:
        yield OnZero(server, used_up)


@pytest.fixture(scope="module")
def tumor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnZero]:
    with on_zero("tumor", tmp_path_factory.mktemp("tumor")) as space:
        yield space


def explained(space: OnZero, example: str, method: str) -> dict[str, Any]:
    """The map of the example by a slow method."""
    explanation = space.client.predict(
        image=handle_file(example), method=method, target="glioma", api_name="/explain"
    )
    return explanation["map"]


def test_the_tumor_space_starts_and_answers_without_the_gpu(tumor: OnZero, example: str) -> None:
    assert "revision" in tumor.client.predict(image=handle_file(example), api_name="/predict")
    assert IN_A_FORK not in tumor.log()


def test_the_loan_space_starts_and_answers_without_the_gpu(tmp_path: Path) -> None:
    with on_zero("loan", tmp_path) as space:
        values = simulated(approved=True)[0]
        assert "revision" in space.client.predict(**values, api_name="/predict")
        assert IN_A_FORK not in space.log()


@pytest.mark.parametrize("method", METHODS)
def test_slow_methods_run_on_it_and_go_on_without_when_the_quota_is_used_up(
    tumor: OnZero, example: str, method: str
) -> None:
    before = tumor.log().count(IN_A_FORK)
    there = explained(tumor, example, method)
    assert tumor.log().count(IN_A_FORK) == before + 1
    tumor.used_up.touch()
    try:
        here = explained(tumor, example, method)
    finally:
        tumor.used_up.unlink()
    assert tumor.log().count(IN_A_FORK) == before + 1
    assert "exceeded your free ZeroGPU quota" in tumor.log()
    assert np.array(there["values"]) == pytest.approx(np.array(here["values"]), abs=1e-4)
    assert {**there, "values": []} == {**here, "values": []}


def test_second_opinions_run_on_it_and_go_on_without_when_the_quota_is_used_up(
    tmp_path: Path,
) -> None:
    shown = opinions(simulated(approved=True)[0], environment(tmp_path / "used_up"))
    before, there, here = shown.stdout.split("opinions: ")
    assert before.count(IN_A_FORK) == shown.stdout.count(IN_A_FORK) == 1
    without, used_up = shown.stderr.split("quota:")
    assert "exceeded your free ZeroGPU quota" in used_up
    assert "exceeded your free ZeroGPU quota" not in without
    assert there.startswith("<div")
    assert there == here


def opinions(values: dict[str, Any], on: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The panel of second opinions twice, in a process of its own: the quota is used up between."""
    command = [sys.executable, "-c", OPINIONS, str(SPACES / "loan" / "checkpoint")]
    return subprocess.run(
        [*command, json.dumps(values)], env=on, capture_output=True, text=True, check=True
    )
