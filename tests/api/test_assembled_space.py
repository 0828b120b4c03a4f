"""The assembled folder alone, as on the Hub: no repository, only its requirements and Gradio."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from gradio_client import Client, handle_file
from live_server import Server, free_port, wait_until_up
from only_required import link_packages

ROOT = Path(__file__).parents[2]
SDK = "gradio[mcp,oauth]"  # what the Hub installs for `sdk: gradio`


@dataclass(frozen=True)
class Alone:
    """An assembled Space and the only packages that it may see."""

    folder: Path
    packages: Path
    elsewhere: Path

    @property
    def environment(self) -> dict[str, str]:
        """The variables for a process without our editable install."""
        return os.environ | {"PYTHONPATH": str(self.packages), "HF_HUB_OFFLINE": "1"}

    def python(self, *arguments: str) -> list[str]:
        """A command; -S leaves out the environment's own packages, editable ones included."""
        return [sys.executable, "-S", *arguments]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Alone:
    target = tmp_path_factory.mktemp("hub") / "space"
    command = ["spaces/deploy.py", "tumor", "--local", str(target), "--with-checkpoint"]
    subprocess.run([sys.executable, *command], cwd=ROOT, check=True)
    lines = (target / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    packages = link_packages([*wanted, SDK], target.parent / "packages")
    return Alone(target, packages, tmp_path_factory.mktemp("elsewhere"))


@pytest.fixture(scope="module")
def server(alone: Alone) -> Iterator[Server]:
    """The assembled Space, started from another folder."""
    port = free_port()
    running = Server(
        f"http://127.0.0.1:{port}", alone.elsewhere / "uploads", alone.elsewhere / "log"
    )
    settings = {"GRADIO_SERVER_PORT": str(port), "GRADIO_TEMP_DIR": str(running.uploads)}
    with running.log.open("wb") as log:
        process = subprocess.Popen(
            alone.python(str(alone.folder / "app.py")),
            cwd=alone.elsewhere,
            env=alone.environment | settings,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_up(running, process)
            yield running
        finally:
            process.terminate()
            process.wait(timeout=30)


@pytest.mark.parametrize("package", ["shared", "training", "tumor_space", "sklearn", "pytest"])
def test_nothing_of_this_repository_or_its_tests_is_in_sight(alone: Alone, package: str) -> None:
    done = subprocess.run(
        alone.python("-c", f"import {package}"),
        cwd=alone.elsewhere,
        env=alone.environment,
        capture_output=True,
        text=True,
    )
    assert f"No module named '{package}'" in done.stderr


def test_it_answers_and_explains(server: Server, example: str) -> None:
    client = Client(server.address, verbose=False)
    answer = client.predict(image=handle_file(example), api_name="/predict")
    assert sum(answer["probabilities"].values()) == pytest.approx(1)
    explained = client.predict(image=handle_file(example), evidence=True, api_name="/explain")
    assert explained["probabilities"] == answer["probabilities"]
    assert explained["map"]


def test_it_says_which_checkpoint_it_loaded(server: Server) -> None:
    model = Client(server.address, verbose=False).predict(api_name="/model")
    wanted = "folder" if os.environ.get("TUMOR_CHECKPOINT") else "bundled"
    assert model["revision"]["source"] == wanted
    lines = server.log.read_text(encoding="utf-8").splitlines()
    said = [line for line in lines if line.startswith("checkpoint: ")]
    assert len(said) == 1
    assert model["revision"]["sha256"] in said[0]
