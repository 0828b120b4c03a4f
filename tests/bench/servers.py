"""Servers of the bench: each a process of its own, with a free port and a folder for uploads."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 120.0  # seconds until the first answer
POLL = 0.01  # seconds between tries
STOPPING = 10.0  # seconds between asking a server to end and ending it


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        port: on 127.0.0.1.
        process: with its pid.
        started: `time.perf_counter()` just before the process was started.
        log: what it printed.
    """

    port: int
    process: subprocess.Popen[bytes]
    started: float
    log: Path


@contextmanager
def serving(command: Sequence[str]) -> Iterator[Server]:
    """Start `python COMMAND` as a server, and end it.

    Args:
        command: a script and its arguments; it must serve on GRADIO_SERVER_PORT.
    """
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        log = Path(folder, "log.txt")
        port = free_port()
        with log.open("wb") as sink:
            started = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, *command], env=environment(port, folder), stdout=sink, stderr=sink
            )
            try:
                yield Server(port, process, started, log)
            finally:
                _end(process)


def environment(port: int, folder: str) -> dict[str, str]:
    """Offline, on this port, with uploads in `folder`."""
    return {
        **os.environ,
        "GRADIO_SERVER_PORT": str(port),
        "GRADIO_TEMP_DIR": str(Path(folder, "uploads")),
        "GRADIO_ANALYTICS_ENABLED": "False",
        "HF_HUB_OFFLINE": "1",
    }


def first_answer(server: Server, ask: Callable[[int], object]) -> float:
    """Ask until an answer comes.

    Args:
        server: just started.
        ask: called with the port; any `OSError` means that the server is not there yet.

    Returns:
        Seconds from the start of the process to the answer.

    Raises:
        RuntimeError: the process ended, or answered nothing in time.
    """
    while time.perf_counter() - server.started < PATIENCE:
        if server.process.poll() is not None:
            raise RuntimeError(
                f"The server ended: {server.log.read_text(errors='replace')[-2000:]}"
            )
        try:
            ask(server.port)
        except OSError:
            time.sleep(POLL)
            continue
        return time.perf_counter() - server.started
    raise RuntimeError(f"No answer on port {server.port} within {PATIENCE:g} s.")


def memory_mb(server: Server) -> float:
    """Memory of a server and its children in MB, shared pages divided among those who share."""
    return sum(_process_kb(pid) for pid in _family(server.process.pid)) / 1024


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _family(pid: int) -> list[int]:
    lists = Path(f"/proc/{pid}/task").glob("*/children")  # each thread has its own
    children = [child for path in lists for child in path.read_text(encoding="ascii").split()]
    return [pid, *(member for child in children for member in _family(int(child)))]


def _process_kb(pid: int) -> int:
    for name, key in (("smaps_rollup", "Pss"), ("status", "VmRSS")):
        text = Path(f"/proc/{pid}/{name}").read_text(encoding="ascii")
        if match := re.search(rf"^{key}:\s+(\d+) kB", text, re.MULTILINE):
            return int(match.group(1))
    raise RuntimeError(f"The system does not tell how much memory process {pid} uses.")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOPPING)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
