"""The Hub's client in this process, without the pauses that are its own."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest


def without_pauses(patch: pytest.MonkeyPatch) -> None:
    """Let the client try again at once, as conftest.py lets our own code."""
    hurried = SimpleNamespace(**{**vars(time), "sleep": lambda _: None})
    patch.setattr("huggingface_hub.utils._http.time", hurried)
    patch.setattr("huggingface_hub.file_download.time", hurried)
