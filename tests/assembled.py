"""A Space's folder as the Hub gets it, alone: no repository, only its requirements and Gradio."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gradio_client import Client
from live_server import SPACES, Server, running
from only_required import link_packages

SDK = "gradio[mcp,oauth]"  # what the Hub installs for `sdk: gradio`
STRANGERS = ("shared", "training", "tumor_space", "loan_space", "pytest")  # to an assembled Space


@dataclass(frozen=True)
class Alone:
    """An assembled Space and the only packages that it may see.

    Attributes:
        folder: what the Hub gets.
        packages: links to what its requirements ask for.
        elsewhere: a folder to start processes in.
    """

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


def assemble(name: str, folder: Path) -> Alone:
    """Assemble a Space with its checkpoint in an empty folder."""
    target, elsewhere = folder / "space", folder / "elsewhere"
    elsewhere.mkdir()
    command = ["spaces/deploy.py", name, "--local", str(target)]
    subprocess.run([sys.executable, *command], cwd=SPACES.parent, check=True)
    lines = (target / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    return Alone(target, link_packages([*wanted, SDK], folder / "packages"), elsewhere)


@contextmanager
def running_alone(alone: Alone) -> Iterator[Server]:
    """Start an assembled Space from another folder, and end it afterwards."""
    command = alone.python(str(alone.folder / "app.py"))
    with running(command, alone.elsewhere, alone.environment, alone.elsewhere) as server:
        yield server


def import_error(alone: Alone, package: str) -> str:
    """What Python says there when a package is imported; empty when it is found."""
    done = subprocess.run(
        alone.python("-c", f"import {package}"),
        cwd=alone.elsewhere,
        env=alone.environment,
        capture_output=True,
        text=True,
    )
    return done.stderr


def check_says_which_checkpoint(server: Server, variable: str) -> None:
    """The log names the checkpoint once, and it is the one that /model names.

    Args:
        server: of an assembled Space.
        variable: the one that may name another folder.
    """
    model = Client(server.address, verbose=False).predict(api_name="/model")
    wanted = "folder" if os.environ.get(variable) else "bundled"
    assert model["revision"]["source"] == wanted
    lines = server.log.read_text(encoding="utf-8").splitlines()
    sources = [line for line in lines if line.startswith("checkpoint: ")]
    assert len(sources) == 1
    assert model["revision"]["sha256"] in sources[0]
