"""Ctrl-C and SIGTERM end a Space at once, also while a download hangs."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hub_emulator.server import Hub
from live_server import free_port
from published_space import bundled_of, write_published

pytestmark = pytest.mark.slow
AT_ONCE = 3.0  # seconds
PATIENCE = 60.0


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["waiting for its only source", "while the page is served"])
def test_a_download_that_hangs_does_not_hold_the_end(
    hub: Hub, tmp_path: Path, end: signal.Signals, moment: str
) -> None:
    checkpoint = bundled_of("loan")
    own = checkpoint if moment == "while the page is served" else None
    space = write_published(hub, "loan", checkpoint, tmp_path / "space", own=own)
    hub.slow("resolve", 600, part="body")
    environment = hub.environment(None, tmp_path / "home")
    environment |= {"GRADIO_SERVER_PORT": str(free_port()), "PYTHONUNBUFFERED": "1"}
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=space, env=environment, stdout=output, stderr=output
        )
    try:
        wait_for(log, "Running on local URL" if own else "the only source left", process)
        process.send_signal(end)
        began = time.monotonic()
        process.wait(timeout=PATIENCE)
        assert time.monotonic() - began < AT_ONCE
    finally:
        process.kill()
        process.wait()


def wait_for(log: Path, words: str, process: subprocess.Popen[bytes]) -> None:
    """Return once the log has them."""
    end = time.monotonic() + PATIENCE
    while words not in log.read_text(encoding="utf-8"):
        assert time.monotonic() < end and process.poll() is None, log.read_text(encoding="utf-8")
        time.sleep(0.05)
