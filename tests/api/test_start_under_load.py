"""A Space starts while the cores are busy and visitors ask before its port is open."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import live_server
import pytest
from live_server import running_space

pytestmark = pytest.mark.slow
SPINNING = 6  # processes, at the priority of the Space
STARTS = 3
CALLERS = 2
ANYBODY = {"data": [None] * 11}  # an applicant of whom nothing is stated


@pytest.fixture
def busy() -> Iterator[None]:
    """Every core has more to do than it can."""
    spinning = [
        subprocess.Popen([sys.executable, "-c", "import signal; signal.alarm(300)\nwhile 1: pass"])
        for _ in range(SPINNING)
    ]
    yield
    for process in spinning:
        process.kill()
        process.wait()


@contextmanager
def calling(port: int) -> Iterator[list[int]]:
    """Callers who begin before anybody listens; the list fills with the statuses they get."""
    statuses: list[int] = []
    stop = threading.Event()

    def call() -> None:
        with httpx.Client(timeout=60) as http:
            while not stop.is_set():
                with suppress(httpx.HTTPError):
                    address = f"http://127.0.0.1:{port}/gradio_api/run/predict"
                    statuses.append(http.post(address, json=ANYBODY).status_code)
                stop.wait(0.02)

    threads = [threading.Thread(target=call) for _ in range(CALLERS)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize("start", range(STARTS))
def test_it_starts_and_answers_the_first_callers(
    busy: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: int
) -> None:
    port = live_server.free_port()
    monkeypatch.setattr(live_server, "free_port", lambda: port)
    with calling(port) as statuses, running_space(tmp_path, "loan") as server:
        assert server.port == port
        page = httpx.get(server.address, timeout=60)
        assert page.is_success
        reply = httpx.post(f"{server.address}/gradio_api/run/predict", json=ANYBODY, timeout=60)
        assert reply.is_success
        assert "localhost is not accessible" not in server.log.read_text(encoding="utf-8")
    assert set(statuses) == {200}
