"""Stages of training in the test's own process: their imports are paid once."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from training import stages
from training.stages import Stage


def run_here(stage: Stage) -> int:
    """Call a stage's `main` with its command line, as `python -m` would; 0 unless it raises."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [stage.module, *stage.options])
        importlib.import_module(stage.module).main()
    return 0


@contextmanager
def stages_here(*shortened: tuple[Any, str, Any]) -> Iterator[None]:
    """Within it, `training.stages` runs all stages in this process.

    Args:
        shortened: module, name and value of what is to take less time.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stages, "run", run_here)
        for module, name, value in shortened:
            patch.setattr(module, name, value)
        yield
