"""Stages on the way from data to a checkpoint: each is a command of its own and leaves files.

A stage whose files are newer than what it reads is skipped, so the same command continues after a
kill.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OPTIONS: dict[str, dict[str, Any]] = {  # what the command lines of the stages share
    "data": {"type": Path, "required": True, "help": "folder with the data"},
    "out": {"type": Path, "required": True, "help": "folder where the stages meet"},
    "checkpoint": {"type": Path, "required": True, "help": "folder of the checkpoint"},
    "seed": {"type": int, "default": 0, "help": "fixes every random draw"},
}


@dataclass(frozen=True)
class Stage:
    """A stage of the way: a module for `python -m`, and the files that it needs and leaves."""

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
            continue
        print(f"{stage.module} ...", flush=True)
        started = time.monotonic()
        code = run(stage)
        if code:
            raise SystemExit(f"{stage.module} ended with code {code}. Mend it and run this again.")
        print(f"{stage.module}: {time.monotonic() - started:.0f} s", flush=True)


def run(stage: Stage) -> int:
    """Run a stage in a process of its own, so that its memory is free for the next; its code."""
    return subprocess.run([sys.executable, "-m", stage.module, *stage.options]).returncode


def command_line(description: str | None, *names: str) -> argparse.ArgumentParser:
    """The command line of a stage: its module's docstring, and some of `OPTIONS` by name."""
    parser = argparse.ArgumentParser(description=description)
    for name in names:
        parser.add_argument(f"--{name}", **OPTIONS[name])
    return parser


def write_record(path: Path, record: Any) -> None:
    """Write what a stage found, as JSON that a person can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def read_record(path: Path, stage: str) -> dict[str, Any]:
    """Read what a stage wrote.

    Args:
        path: of the record.
        stage: the module that writes it, for the message.

    Raises:
        SystemExit: it has not been run.
    """
    if not path.exists():
        raise SystemExit(f"{path} is missing. Run {stage} first.")
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record
