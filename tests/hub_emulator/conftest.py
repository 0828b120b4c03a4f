"""The emulator's own tests: slow ones, which `make test` leaves out, while it has not changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub_emulator.changed import is_unchanged
from hub_emulator.fixtures import api, hub, somewhere, without_xet

__all__ = ["api", "hub", "somewhere", "without_xet"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them before `-m "not slow"` is looked at."""
    here = Path(__file__).parent
    if is_unchanged():
        for item in items:
            if item.path.parent == here:
                item.add_marker(pytest.mark.slow)
