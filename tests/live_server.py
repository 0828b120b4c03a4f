"""A Space that serves on a free port: as a process of its own, or from the tests' process."""

from __future__ import annotations

import logging
import os
import runpy
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

SPACES = Path(__file__).parents[1] / "spaces"
PATIENCE = 300.0  # seconds that a server may take to start on a busy machine
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

    @property
    def port(self) -> int:
        """The last part of the address."""
        return int(self.address.rsplit(":", 1)[1])


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
def running_here(folder: Path, space: str) -> Iterator[Server]:
    """Serve a Space from this process, and close it afterwards.

    Starting a process costs ten seconds of imports, so this is for what is not about the process.
    Nothing is written to its log.

    Args:
        folder: for its uploads.
        space: name of its folder in spaces/.
    """
    from gradio import Blocks, http_server

    server = new_server(folder)
    launched: list[Blocks] = []
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings_of(server).items():
            patch.setenv(name, value)
        # These two variables were read when the libraries were imported.
        patch.setattr(tempfile, "tempdir", str(server.temporary))
        patch.setattr(http_server, "INITIAL_PORT_VALUE", server.port)
        patch.setattr(Blocks, "block_thread", lambda blocks: launched.append(blocks))
        runpy.run_path(str(SPACES / space / "app.py"), run_name="__main__")
        try:
            yield server
        finally:
            launched[0].close(verbose=False)
            logging.getLogger("shared").setLevel(logging.NOTSET)  # app.py made it say more


def new_server(folder: Path) -> Server:
    """Where a server will answer and write."""
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    address = f"http://127.0.0.1:{free_port()}"
    return Server(address, folder / "uploads", folder / "log", temporary)


def settings_of(server: Server) -> dict[str, str]:
    """The variables that let a Space answer and write there."""
    return {
        "GRADIO_SERVER_PORT": str(server.port),
        "GRADIO_TEMP_DIR": str(server.uploads),
        "TMPDIR": str(server.temporary),
    }


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
    server = new_server(folder)
    with server.log.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=here,
            env={**environment, **settings_of(server)},
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
