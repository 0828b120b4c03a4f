"""Tests of loading and releasing against a Hub: tests/hub_emulator, in this process.

`loader` is a Space that looks for its checkpoint on `hub`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# With importlib mode pytest puts no test folder on the path.
sys.path.insert(0, str(Path(__file__).parent))

from hub_emulator.fixtures import api, builder, hub, somewhere, without_xet
from hub_emulator.server import Hub
from loader import Loader, new_loader

from shared import pauses

__all__ = ["api", "builder", "hub", "somewhere", "without_xet"]


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits before the Hub is asked again."""
    monkeypatch.setattr(pauses, "FACTOR", 0.002)


@pytest.fixture
def loader(hub: Hub, tmp_path: Path) -> Loader:
    """A Space with a published checkpoint and a cache of its own."""
    return new_loader(hub, tmp_path)
