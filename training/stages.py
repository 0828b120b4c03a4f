"""Stages on the way from data to a checkpoint.

Each stage is a command of its own and leaves files; a stage whose files are newer than what it
reads is skipped, so the same command continues after a kill.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Stage:
    """A stage of the way.

    Attributes:
        module: to run with `python -m`.
        options: of its command line.
        reads, writes: files that it needs and leaves.
    """

    module: str
    options: list[str]
    reads: list[Path]
    writes: list[Path]

    @property
    def name(self) -> str:
        """The last part of its module: "fit"."""
        return self.module.rsplit(".", 1)[-1]

    @property
    def done(self) -> bool:
        """Whether all it writes is there and newer than all it reads."""
        if not all(path.exists() for path in self.writes):
            return False
        oldest = min(path.stat().st_mtime for path in self.writes)
        return all(path.stat().st_mtime <= oldest for path in self.reads if path.exists())


def run_all(stages: Sequence[Stage], again: Sequence[str] = ()) -> None:
    """Run all stages that have something to do, in order.

    Args:
        stages: of a model.
        again: names of stages to run even if what they wrote is newer than all that they read.

    Raises:
        SystemExit: a stage failed; its own message has been shown.
    """
    for stage in stages:
        if stage.done and stage.name not in again:
            print(f"{stage.module}: nothing new", flush=True)
        else:
            run(stage)


def run(stage: Stage) -> None:
    """Run a stage.

    Raises:
        SystemExit: the stage failed; its own message has been shown.
    """
    print(f"{stage.module} ...", flush=True)
    started = time.monotonic()
    code = subprocess.run([sys.executable, "-m", stage.module, *stage.options]).returncode
    if code:
        raise SystemExit(f"{stage.module} ended with code {code}. Mend it and run this again.")
    print(f"{stage.module}: {time.monotonic() - started:.0f} s", flush=True)
