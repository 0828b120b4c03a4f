"""A checkpoint folder that fulfils the contract with a few bytes, and Spaces that lock it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from shared.checkpoint.contract import DRAWS_FILE, REQUIRED, SCHEMA, hash_file, measured_files
from shared.checkpoint.lock import LOCK_FILE, lock_of, write_lock

REPOSITORY = "somebody/tumor"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
HEADLINE = {
    "name": "macro_f1",
    "label": "Macro-F1",
    "better": "higher",
    "value": 0.5,
    "low": 0.4,
    "high": 0.6,
    "n": 9,
}
DATA, SPLIT, PAIRING = "d" * 64, "5" * 64, "a" * 64


def write_checkpoint(folder: Path, mark: str = "", task: str = "tumor", value: float = 0.5) -> Path:
    """Write every file of a task's contract.

    Args:
        folder: of the checkpoint.
        mark: tells two checkpoints apart.
        task: of the contract.
        value: of its one headline figure, the same above that of another checkpoint in each draw.
    """
    for name in REQUIRED[task]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name} {mark}", encoding="utf-8")
    spread = np.random.default_rng(0).normal(0, 0.05, 1000)
    metadata = {"pairing": json.dumps({HEADLINE["name"]: PAIRING})}
    save_file({HEADLINE["name"]: value + spread}, folder / DRAWS_FILE, metadata=metadata)
    record = {
        "schema": SCHEMA,
        "task": task,
        "data": {"name": "Made up", "sha256": DATA},
        "splits": {"sha256": SPLIT},
        "headline": [{**HEADLINE, "value": value}],
        "mark": mark,
    }
    return write_record(folder, record)


def write_record(folder: Path, record: dict[str, object]) -> Path:
    """Write evaluation.json with the hashes of what lies beside it."""
    hashes = {name: hash_file(folder / name) for name in measured_files(str(record["task"]))}
    text = json.dumps({**record, "measured": hashes})
    (folder / "evaluation.json").write_text(text, encoding="utf-8")
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
