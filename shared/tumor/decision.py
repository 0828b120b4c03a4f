"""From logits to an answer: calibrated probabilities, a prediction set, and the refusal.

Everything here is read from `decision.json`. It was fitted on the calibration part alone, but for
what holds far from the training data: that was fitted on slices of other hospitals.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.errors import CheckpointError
from shared.tumor.gate import Gate, read_gate
from shared.tumor.likeness import Known, read_known

DECISION_FILE = "decision.json"


@dataclass(frozen=True)
class Far:
    """What holds for pictures that are unlike those that the network learned from.

    Attributes:
        known: what it learned from, and how far away a picture has to be.
        temperature, set_quantile: as of a `Decision`, for these pictures.
    """

    known: Known
    temperature: float
    set_quantile: float


@dataclass(frozen=True)
class Decision:
    """The fitted part of the decision.

    Attributes:
        labels: class names in the order of the logits.
        input_size: side of the network's input, pixels.
        temperature: the logits are divided by it (Guo et al. 2017, "On Calibration of Modern Neural
            Networks").
        set_quantile: a class joins the prediction set when 1 - its probability is at most this
            (split conformal prediction: Sadinle, Lei and Wasserman 2019).
        coverage: share of slices whose set holds the truth, as aimed at (0..1).
        gate: what tells a brain MRI slice from anything else.
        layers: name and module of the layers below the last at which a map can be taken, from the
            first up. Recorded, so that the page can list them before PyTorch is imported.
        far: for pictures that are unlike those that the network learned from; None in a checkpoint
            that was decided without slices of other hospitals.
    """

    labels: tuple[str, ...]
    input_size: int
    temperature: float
    set_quantile: float
    coverage: float
    gate: Gate
    layers: tuple[tuple[str, str], ...] = ()
    far: Far | None = None

    def temperature_for(self, unlike: bool) -> float:
        """The temperature for a picture that is unlike those that the network learned from, or
        like them.
        """
        return self.far.temperature if self.far and unlike else self.temperature

    def set_quantile_for(self, unlike: bool) -> float:
        """The quantile of prediction sets; `unlike` as for `temperature_for`."""
        return self.far.set_quantile if self.far and unlike else self.set_quantile


def read_decision(folder: Path) -> Decision:
    """Read `decision.json` and the gate beside it.

    Raises:
        CheckpointError: the file is missing, is not JSON, or lacks a value.
    """
    path = folder / DECISION_FILE
    try:
        recorded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Decision(
            labels=tuple(recorded["labels"]),
            input_size=int(recorded["input_size"]),
            temperature=float(recorded["temperature"]),
            set_quantile=float(recorded["set_quantile"]),
            coverage=float(recorded["coverage"]),
            gate=read_gate(folder, recorded["gate"]),
            layers=tuple((str(at["name"]), str(at["module"])) for at in recorded["layers"]),
            far=_far(folder, recorded["far"]) if "far" in recorded else None,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(
            f"{path.name} cannot be used: {error!r}. Run the decide stage again."
        ) from error


def _far(folder: Path, recorded: dict[str, Any]) -> Far:
    known = read_known(folder, float(recorded["threshold"]))
    return Far(known, float(recorded["temperature"]), float(recorded["set_quantile"]))


def probabilities(logits: NDArray[np.float32], temperature: float) -> NDArray[np.float64]:
    """Softmax of the logits over the temperature.

    A network is seldom as sure as it is right. Dividing all logits by one number makes every
    probability less extreme (above 1) or more (below 1) and changes no answer; the number is chosen
    so that of the answers given with 0.8, eight in ten are right.

    Args:
        logits: (..., K).
        temperature: above 0.

    Returns:
        (..., K) float64, each row adding up to 1.
    """
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    exponents = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    calibrated: NDArray[np.float64] = exponents / exponents.sum(axis=-1, keepdims=True)
    return calibrated


def prediction_set(
    calibrated: NDArray[np.float64], quantile: float | NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which classes cannot be ruled out; the likeliest class always belongs to the set.

    Split conformal prediction: on slices that were not fitted on, 1 - probability of the true class
    was at most `quantile` in a share of `Decision.coverage`. So a set of all classes that pass the
    same test holds the truth as often, for slices that come from where those came from.

    Args:
        calibrated: (..., K) calibrated probabilities.
        quantile: largest 1 - probability that is still in; one for all rows, or (..., 1).

    Returns:
        (..., K) booleans, at least one true a row.
    """
    inside = calibrated >= 1 - quantile
    return np.asarray(inside | (calibrated == calibrated.max(axis=-1, keepdims=True)))
