"""A checkpoint folder that fulfils the contract with a few bytes, and Spaces that lock it."""

from __future__ import annotations

import json
from pathlib import Path

from shared.checkpoint.contract import REQUIRED, SCHEMA
from shared.checkpoint.lock import LOCK_FILE, lock_of, write_lock

REPOSITORY = "somebody/tumor"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
HEADLINE = {"name": "macro_f1", "label": "Macro-F1", "value": 0.5, "low": 0.4, "high": 0.6, "n": 9}


def write_checkpoint(folder: Path, mark: str = "", task: str = "tumor") -> Path:
    """Write every file of a task's contract; `mark` tells two checkpoints apart."""
    for name in REQUIRED[task]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name} {mark}", encoding="utf-8")
    evaluation = {"schema": SCHEMA, "task": task, "headline": [HEADLINE], "mark": mark}
    (folder / "evaluation.json").write_text(json.dumps(evaluation), encoding="utf-8")
    return folder


def write_space(folder: Path, published: Path | None = None, task: str = "tumor") -> Path:
    """Write a Space with a bundled checkpoint.

    Args:
        folder: for the Space.
        published: the checkpoint that the lock names on the Hub; None locks the bundled one.
        task: of the bundled checkpoint.
    """
    own = write_checkpoint(folder / "checkpoint", "bundled", task)
    lock = lock_of(published, repository=REPOSITORY, commit=COMMIT) if published else lock_of(own)
    write_lock(lock, folder / LOCK_FILE)
    return folder
