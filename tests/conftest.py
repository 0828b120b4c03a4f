"""A live server for the tests that drive one, and the pictures they send."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import httpx
import numpy as np
import pytest
from gradio_client import Client
from PIL import Image

SPACE = Path(__file__).parents[1] / "spaces" / "tumor"
PATIENCE = 120.0  # seconds that a server may take to start on a busy machine


@dataclass(frozen=True)
class Server:
    """A running Space: where it answers, where it keeps uploads, and what it printed."""

    address: str
    uploads: Path
    log: Path


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until_up(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the page answers; fail with what the server printed when it does not."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"The server did not come up:\n{log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The tumor Space as `make run` starts it, on a free port, with uploads in a folder of its own."""
    folder = tmp_path_factory.mktemp("server")
    running = Server(f"http://127.0.0.1:{free_port()}", folder / "uploads", folder / "log")
    settings = {
        "GRADIO_SERVER_PORT": running.address.rsplit(":", 1)[1],
        "GRADIO_TEMP_DIR": str(running.uploads),
        "HF_HUB_OFFLINE": "1",
    }
    with running.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=SPACE,
            env=os.environ | settings,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_up(running.address, process, running.log)
            yield running
        finally:
            process.terminate()
            process.wait(timeout=30)


@pytest.fixture(scope="session")
def client(server: Server) -> Client:
    """Gradio's own Python client."""
    return Client(server.address, verbose=False)


@pytest.fixture(scope="session")
def http(server: Server) -> Iterator[httpx.Client]:
    """Plain HTTP against the API."""
    with httpx.Client(base_url=f"{server.address}/gradio_api", timeout=60) as session:
        yield session


@pytest.fixture(scope="session")
def examples() -> list[dict[str, str]]:
    """The checkpoint's own examples, each with its absolute `path`."""
    listing = SPACE / "checkpoint" / "examples" / "examples.json"
    entries = json.loads(listing.read_text(encoding="utf-8"))
    return [entry | {"path": str(listing.parent / entry["file"])} for entry in entries]


@pytest.fixture(scope="session")
def example(examples: list[dict[str, str]]) -> str:
    """The path of an example that is expected to be answered."""
    return examples[0]["path"]


@pytest.fixture(scope="session")
def noise(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A picture that can be read but shows nothing."""
    path = tmp_path_factory.mktemp("pictures") / "noise.png"
    pixels = np.random.default_rng(0).integers(0, 256, (128, 128), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return str(path)
