"""A Space as a process of its own, for tests and screenshots."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

SPACES = Path(__file__).parents[1] / "spaces"
PATIENCE = 120.0  # seconds that a server may take to start on a busy machine
PORTS = range(20_000, 32_000)  # below those that systems give to whoever asks for any


@dataclass(frozen=True)
class Server:
    """A running Space: where it answers, where it keeps uploads and temporary files, and what it
    printed.
    """

    address: str
    uploads: Path
    log: Path
    temporary: Path


@contextmanager
def running_space(folder: Path, space: str = "tumor") -> Iterator[Server]:
    """Start a Space on a free port and end it afterwards.

    Args:
        folder: for its log and its uploads.
        space: name of its folder in spaces/.
    """
    offline = os.environ | {"HF_HUB_OFFLINE": "1"}
    with running([sys.executable, "app.py"], SPACES / space, offline, folder) as server:
        yield server


@contextmanager
def running(
    command: list[str], here: Path, environment: Mapping[str, str], folder: Path
) -> Iterator[Server]:
    """Start a server on a free port and end it afterwards.

    Args:
        command: it must serve on GRADIO_SERVER_PORT.
        here: where it is started.
        environment: its variables, but for the port and the places of uploads and temporary files.
        folder: for its log and its uploads.
    """
    address, temporary = f"http://127.0.0.1:{free_port()}", folder / "temporary"
    temporary.mkdir(exist_ok=True)
    server = Server(address, folder / "uploads", folder / "log", temporary)
    settings = {
        "GRADIO_SERVER_PORT": server.address.rsplit(":", 1)[1],
        "GRADIO_TEMP_DIR": str(server.uploads),
        "TMPDIR": str(temporary),
    }
    with server.log.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=here,
            env={**environment, **settings},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_up(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=30)


def free_port() -> int:
    """A port that nobody listens on.

    The system's own choice could be given away again before a server has started: to the other
    worker, or to any connection. Nobody but us draws from PORTS.
    """
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


def wait_until_up(server: Server, process: subprocess.Popen[bytes]) -> None:
    """Return when the page answers; raise with what the server printed when it does not."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(server.address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"The server did not come up:\n{server.log.read_text(encoding='utf-8')}")
