"""Temperature and prediction sets, fitted on held-out slices."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from shared.tumor.decision import probabilities

COLDEST, HOTTEST = 0.05, 20.0


def fit_temperature(logits: NDArray[np.float32], targets: NDArray[np.int64]) -> float:
    """The temperature of least log loss (Guo et al. 2017).

    Args:
        logits: (N, K).
        targets: (N,) true classes.
    """

    def log_loss(log_temperature: float) -> float:
        shares = probabilities(logits, math.exp(log_temperature))
        return float(-np.log(shares[np.arange(len(targets)), targets] + 1e-12).mean())

    bounds = (math.log(COLDEST), math.log(HOTTEST))
    return math.exp(float(minimize_scalar(log_loss, bounds=bounds, method="bounded").x))


def fit_set_quantile(
    shares: NDArray[np.float64], targets: NDArray[np.int64], coverage: float
) -> float:
    """The largest 1 - probability at which a class stays in the prediction set.

    Split conformal prediction (Sadinle, Lei and Wasserman 2019) with the correction for a finite
    sample: the ceil((n + 1) coverage)-th smallest score. It is never below `coverage`: a network
    that is right more often than asked could name one class always, also where two are as likely,
    so a class likelier than 1 - coverage stays in the set. That only adds to the coverage.

    Args:
        shares: (N, K) calibrated probabilities.
        targets: (N,) true classes.
        coverage: share of sets that are to hold the truth, 0..1.
    """
    scores = np.sort(1 - shares[np.arange(len(targets)), targets])
    rank = math.ceil((len(scores) + 1) * coverage)
    return max(coverage, float(scores[rank - 1])) if rank <= len(scores) else 1.0
