"""What the gate knows of a checkpoint, and whether two were measured on the same rows and draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shared.checkpoint.contract import DRAWS_FILE, EVALUATION_FILE, check_hashes, read_json
from shared.errors import CheckpointError
from training.draws import Draws, read_draws

NOT_OURS = ("accuracy_rule",)  # in the headline for comparison; no checkpoint can be worse in it
BETTER = ("higher", "lower")
SHORT = 12  # digits of a hash in a message


@dataclass(frozen=True)
class Evidence:
    """What is compared of a checkpoint.

    Attributes:
        which: "new" or "live", for messages.
        record: its evaluation.json.
        headline: rows of the record by name; those that no checkpoint makes are left out.
        draws: by the same names.
    """

    which: str
    record: Mapping[str, Any]
    headline: dict[str, Mapping[str, Any]]
    draws: dict[str, Draws]


def read_evidence(folder: Path, which: str) -> Evidence:
    """What is compared of a checkpoint.

    Args:
        folder: a checkpoint whose hashes have been checked.
        which: "new" or "live".

    Raises:
        CheckpointError: the headline is not sound, or not of the figures that there are draws of.
    """
    record, draws = read_json(folder / EVALUATION_FILE), read_draws(folder)
    rows = record.get("headline")
    if not isinstance(rows, list) or not rows or not all(_is_sound(row) for row in rows):
        raise CheckpointError(
            f"{EVALUATION_FILE} of the {which} checkpoint has no sound headline. Evaluate it again."
        )
    headline = {row["name"]: row for row in rows if row["name"] not in NOT_OURS}
    if odd := sorted(set(headline) ^ set(draws)):
        raise CheckpointError(
            f"{', '.join(odd)} of the {which} checkpoint: only one of {EVALUATION_FILE} and "
            f"{DRAWS_FILE} has it. Evaluate it again."
        )
    return Evidence(which, record, headline, draws)


def _is_sound(row: Any) -> bool:
    if not isinstance(row, dict) or row.get("better") not in BETTER:
        return False
    names = all(isinstance(row.get(key), str) for key in ("name", "label"))
    numbers = (row.get(key) for key in ("value", "n"))
    return names and all(isinstance(x, int | float) and np.isfinite(x) for x in numbers)


def check_live(folder: Path) -> None:
    """Refuse a live checkpoint of which a file that is there is not the one that was measured.

    Args:
        folder: with at least evaluation.json and draws.safetensors.

    Raises:
        CheckpointError: the file is named; or the record does not say what was measured.
    """
    measured = read_json(folder / EVALUATION_FILE).get("measured")
    if not isinstance(measured, dict) or DRAWS_FILE not in measured:
        raise CheckpointError(
            f"{EVALUATION_FILE} of the live checkpoint does not say which files it measured: older "
            "code made it. Evaluate the live checkpoint again and compare with that."
        )
    to_check = {
        name: sha256
        for name, sha256 in measured.items()
        if name == DRAWS_FILE or (folder / name).is_file()
    }
    try:
        check_hashes(folder, to_check)
    except CheckpointError as error:
        raise CheckpointError(f"The live checkpoint is not what was measured: {error}") from error


def check_same_rows(new: Evidence, live: Evidence) -> None:
    """Refuse to compare what was not measured on the same draws of the same rows.

    Raises:
        CheckpointError: other data, another split, other figures or other draws; it says which.
    """
    for key, difference in (("data", "other data"), ("splits", "another split")):
        ours, theirs = (_sha256(of.record.get(key)) for of in (new, live))
        if ours != theirs:
            raise CheckpointError(
                f"The two were measured on {difference}: sha256 {ours[:SHORT]}... (new) and "
                f"{theirs[:SHORT]}... (live). Measure both on the same."
            )
    for one, other in ((new, live), (live, new)):
        if missing := [name for name in other.headline if name not in one.headline]:
            raise CheckpointError(
                f"The {one.which} checkpoint has no figure {', '.join(missing)}, the {other.which} "
                "one has. Measure both with the same code."
            )
    for name, draws in new.draws.items():
        ours, theirs = draws.pairing, live.draws[name].pairing
        if ours != theirs:
            raise CheckpointError(
                f"{name} was measured on other rows or with other draws of them: pairing "
                f"{ours[:SHORT]}... (new) and {theirs[:SHORT]}... (live). Measure both with the "
                "same data and seed."
            )


def _sha256(section: Any) -> str:
    return str(section.get("sha256")) if isinstance(section, dict) else "none"
