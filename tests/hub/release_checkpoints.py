"""Loan checkpoints that are as good or as bad as a test wants them, and a tree to work in."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from shared.checkpoint.contract import DRAWS_FILE, EVALUATION_FILE
from shared.checkpoint.lock import LOCK_FILE, lock_of, write_lock
from training.draws import DRAWS, PAIRING, hashes_of_measured
from training.loan.card import write_card
from training.release.evidence import NOT_OURS

ROOT = Path(__file__).parents[2]
BUNDLED = ROOT / "spaces" / "loan" / "checkpoint"
LINKED = ("training", "shared")
LOWER = ("brier", "calibration", "fairness")
SPREAD = 0.01  # of the draws of a figure


def write_loan(
    folder: Path, shift: Mapping[str, float] | None = None, *, data: str = "", rows: str = ""
) -> Path:
    """Copy the bundled loan models, with figures of their own.

    Args:
        folder: that does not exist yet.
        shift: by headline figure, what is added to the recorded value and to each draw.
        data: sha256 of the data instead of the recorded one.
        rows: what the draws were made of.
    """
    shutil.copytree(BUNDLED, folder)
    record = json.loads((folder / EVALUATION_FILE).read_text(encoding="utf-8"))
    values = {}
    for row in record["headline"]:
        by = (shift or {}).get(row["name"], 0.0)
        row.setdefault("better", "lower" if row["name"].startswith(LOWER) else "higher")
        for key in ("value", "low", "high"):
            row[key] = round(row[key] + by, 5)
        if row["name"] not in NOT_OURS:
            values[row["name"]] = drawn(row["value"] - by) + by
    record["data"]["sha256"] = data or record["data"]["sha256"]
    write_draws(folder, values, rows)
    record["measured"] = hashes_of_measured(folder, "loan")
    (folder / EVALUATION_FILE).write_text(json.dumps(record, indent=1), encoding="utf-8")
    write_card(folder)
    return folder


def drawn(value: float) -> Any:
    """The same draws around a value each time."""
    return value + SPREAD * np.random.default_rng(0).standard_normal(DRAWS)


def write_draws(folder: Path, values: Mapping[str, Any], rows: str) -> None:
    """Bootstrap values as training writes them."""
    from safetensors.numpy import save_file

    pairings = {PAIRING: json.dumps(dict.fromkeys(values, f"pairing {rows}"))}
    save_file(dict(values), folder / DRAWS_FILE, metadata=pairings)


def write_tree(folder: Path) -> Path:
    """A copy of what the commands of a release read and write: one Space, and the code linked."""
    space = folder / "spaces" / "loan"
    lock = lock_of(write_loan(space / "checkpoint"))
    write_lock(lock, space / LOCK_FILE)
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)
    return folder
