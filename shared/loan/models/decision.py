"""From the models' probabilities to an answer: calibration, threshold, and what is unlike all seen.

Everything here was fitted in training and is read from `decision.json`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.errors import CheckpointError
from shared.loan.fields.declared import Fields, from_json
from shared.loan.models.registry import MODELS

DECISION_FILE = "decision.json"
LEAST = 1e-4  # probabilities are kept this far off 0 and 1, which have no logarithm


@dataclass(frozen=True)
class Calibration:
    """Beta calibration (Kull, Silva Filho and Flach 2017): a probability that means what it says.

    logit = low ln p - high ln(1 - p) + offset.

    Of applicants with a calibrated probability of 70 %, 70 in 100 are approved. With low = high the
    logit is a straight line over the model's own (Platt 1999). Models of few rows tend to be unsure
    of the clear refusals and too sure of the clear approvals; one slope cannot mend both, two can:
    near 0 the first term counts, near 1 the second. Both slopes are 0 or more, so that the curve
    never falls and no two applicants change places.

    Attributes:
        low: slope where the model predicts little; 0 or more.
        high: slope where the model predicts much; 0 or more.
        offset: added to the logit.
    """

    low: float
    high: float
    offset: float


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


def logs(probability: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """ln p and -ln(1 - p), with p kept off 0 and 1."""
    kept = np.clip(probability, LEAST, 1 - LEAST)
    return np.log(kept), -np.log1p(-kept)


def calibrated(calibration: Calibration, probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) calibrated probability (0..1), never in another order than the model's own."""
    low, high = logs(probability)
    logit = calibration.low * low + calibration.high * high + calibration.offset
    return np.asarray(1 / (1 + np.exp(-logit)))


def read_decision(folder: Path) -> Decision:
    """Read `decision.json`.

    Raises:
        CheckpointError: the file is missing, not JSON, or lacks a value.
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
    models = [recorded["models"][key] for key in MODELS]
    return Decision(
        fields=fields,
        used=tuple(names.index(name) for name in recorded["used"]),
        names=tuple(str(model["name"]) for model in models),
        calibration=tuple(Calibration(**model["calibration"]) for model in models),
        threshold=float(recorded["threshold"]),
        novelty=float(recorded["novelty"]),
    )
