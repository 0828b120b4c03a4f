"""The Hub's client and what we put around it, in this process, without their pauses."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest


def without_pauses(patch: pytest.MonkeyPatch) -> None:
    """Try again at once, in the client and in `training.hub`; other threads sleep as before."""
    hurried = SimpleNamespace(**{**vars(time), "sleep": lambda _: None})
    patch.setattr("huggingface_hub.utils._http.time", hurried)
    patch.setattr("huggingface_hub.file_download.time", hurried)
    patch.setattr("training.hub.errors.sleep", hurried.sleep)
