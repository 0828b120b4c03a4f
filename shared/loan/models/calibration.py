"""From what a model says to a probability that means what it says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST = 1e-4  # probabilities are kept this far off 0 and 1, which have no logarithm


@dataclass(frozen=True)
class Calibration:
    """Beta calibration (Kull, Silva Filho and Flach 2017).

    logit = low ln p - high ln(1 - p) + offset.

    With low = high it is a straight line over the logit (Platt 1999). Models of few rows tend to be
    unsure of the clear refusals and too sure of the clear approvals; one slope cannot mend both.

    Attributes:
        low: slope where the model says little; 0 or more.
        high: slope where the model says much; 0 or more.
        offset: added to the logit.
    """

    low: float
    high: float
    offset: float


def logs(probability: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """ln p and -ln(1 - p), with p kept off 0 and 1."""
    kept = np.clip(probability, LEAST, 1 - LEAST)
    return np.log(kept), -np.log1p(-kept)


def calibrated(calibration: Calibration, probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """The calibrated probability.

    Args:
        calibration: fitted on rows that the model had not seen.
        probability: (N,) of the model, 0..1.

    Returns:
        (N,) float64 in 0..1, never in another order than the model's.
    """
    low, high = logs(probability)
    line = calibration.low * low + calibration.high * high + calibration.offset
    return np.asarray(1 / (1 + np.exp(-line)))
