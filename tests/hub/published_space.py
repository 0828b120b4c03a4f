"""A Space whose lock names a model on the Hub of a test, started as a visitor meets it."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub_emulator.server import Hub
from live_server import SPACES, Server, running

from shared.checkpoint.lock import LOCK_FILE, lock_of, write_lock

PATIENCE = 90.0  # seconds for something to appear in a log


def bundled_of(name: str) -> Path:
    """The checkpoint that comes with a Space."""
    return SPACES / name / "checkpoint"


def write_published(
    hub: Hub, name: str, checkpoint: Path, folder: Path, *, own: Path | None
) -> Path:
    """Publish a checkpoint, and write a Space with a lock that names it.

    Args:
        hub: gets it as somebody/NAME.
        name: of the Space.
        checkpoint: what is published.
        folder: for the Space; does not exist yet.
        own: what the Space bundles; None for nothing.
    """
    repository = f"somebody/{name}"
    commit = hub.publish(repository, checkpoint)
    folder.mkdir(parents=True)
    shutil.copy(SPACES / name / "app.py", folder)
    if own is not None:
        (folder / "checkpoint").symlink_to(own)
    lock = lock_of(checkpoint, repository=repository, commit=commit)
    write_lock(lock, folder / LOCK_FILE)
    return folder


@contextmanager
def running_published(hub: Hub, space: Path, home: Path) -> Iterator[Server]:
    """Start such a Space; `home` is for the client's cache."""
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "app.py"]
    with running(command, space, hub.environment(None, home), home) as server:
        yield server


def wait_for(server: Server, words: str) -> None:
    """Return once the log has them."""
    end = time.monotonic() + PATIENCE
    while words not in server.log.read_text(encoding="utf-8"):
        assert time.monotonic() < end, server.log.read_text(encoding="utf-8")
        time.sleep(0.1)
