"""From two probabilities to an answer: fields, calibration, threshold, and what is unlike all seen.

Everything here was fitted in training and is read from `decision.json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from shared.errors import CheckpointError
from shared.loan.fields.declared import Fields, from_json
from shared.loan.models.calibration import Calibration
from shared.loan.models.registry import MODELS

DECISION_FILE = "decision.json"


@dataclass(frozen=True)
class Decision:
    """The fitted part of the decision.

    Attributes:
        fields: of an application, with the range seen in training.
        used: which of them the models use, as columns of the table.
        names: what each of `MODELS` is, in words.
        calibration: of each of `MODELS`.
        threshold: approve from this probability on.
        novelty: an applicant further from the simulated population than this is unlike all seen.
    """

    fields: Fields
    used: tuple[int, ...]
    names: tuple[str, ...]
    calibration: tuple[Calibration, ...]
    threshold: float
    novelty: float

    @cached_property
    def used_fields(self) -> Fields:
        """The fields that the models use."""
        return tuple(self.fields[k] for k in self.used)


def read_decision(folder: Path) -> Decision:
    """Read `decision.json`.

    Raises:
        CheckpointError: the file is missing, no JSON, or lacks a value.
    """
    path = folder / DECISION_FILE
    try:
        return _decision(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(
            f"{path.name} cannot be used: {error!r}. Run the fit stage again."
        ) from error


def _decision(recorded: Mapping[str, Any]) -> Decision:
    fields = from_json(recorded["fields"])
    names = [field.name for field in fields]
    models = [recorded["models"][name] for name in MODELS]
    return Decision(
        fields=fields,
        used=tuple(names.index(name) for name in recorded["used"]),
        names=tuple(str(model["name"]) for model in models),
        calibration=tuple(Calibration(**model["calibration"]) for model in models),
        threshold=float(recorded["threshold"]),
        novelty=float(recorded["novelty"]),
    )
