"""Temperature and prediction sets: at home, and for pictures far from the training data.

Calibration is a promise about pictures like those that it was fitted on (Ovadia et al. 2019, "Can
you trust your model's uncertainty?"). So pictures that are further from the training data than nine
in ten calibration slices get a temperature and sets of their own, fitted on slices of other
hospitals, each of which counts alike.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from shared.tumor.decision import probabilities
from shared.tumor.likeness import Known, directions, distance, unlike

COVERAGE = 0.95
COLDEST, HOTTEST = 0.05, 20.0
NEAR = 0.9  # share of the calibration slices that counts as near
LEAST_ROWS = 20  # of a source: of fewer no set of 95 in 100 can be promised
FEW_ROWS = 40  # a source of fewer counts less than the others


def fit_temperature(
    logits: NDArray[np.float32],
    targets: NDArray[np.int64],
    weights: NDArray[np.float64] | None = None,
) -> float:
    """The temperature of least log loss (Guo et al. 2017).

    A network that is sure of what it was trained on is too sure of what it was not. Dividing all
    logits by one number leaves the order of the classes, and so every answer, as it is; it only
    makes the probabilities as large as they come true on slices that were held out.

    Args:
        logits: (N, K).
        targets: (N,) true classes.
        weights: (N,) of each row; None where all count alike.
    """

    def log_loss(log_temperature: float) -> float:
        likely = probabilities(logits, math.exp(log_temperature))
        losses = -np.log(likely[np.arange(len(targets)), targets] + 1e-12)
        return float(np.average(losses, weights=weights))

    bounds = (math.log(COLDEST), math.log(HOTTEST))
    return math.exp(float(minimize_scalar(log_loss, bounds=bounds, method="bounded").x))


def fit_set_quantile(
    calibrated: NDArray[np.float64], targets: NDArray[np.int64], coverage: float
) -> float:
    """The largest 1 - probability at which a class stays in the prediction set.

    Split conformal prediction (Sadinle, Lei and Wasserman 2019) with the correction for a finite
    sample: the ceil((n + 1) coverage)-th smallest score. It is never below `coverage`: a network
    that is right more often than asked could name one class always, also where two are as likely,
    so a class likelier than 1 - coverage stays in the set. That only adds to the coverage.

    Args:
        calibrated: (N, K) probabilities.
        targets: (N,) true classes.
        coverage: share of sets that are to hold the truth, 0..1.
    """
    scores = np.sort(1 - calibrated[np.arange(len(targets)), targets])
    rank = math.ceil((len(scores) + 1) * coverage)
    return max(coverage, float(scores[rank - 1])) if rank <= len(scores) else 1.0


@dataclass(frozen=True)
class Rows:
    """Slices of other hospitals that the network has seen.

    Attributes:
        logits: (N, K) float32.
        means: (N, C) float32, the mean of each channel of the last feature map.
        targets: (N,) true classes.
        sources: (N,) collection that each comes from.
    """

    logits: NDArray[np.float32]
    means: NDArray[np.float32]
    targets: NDArray[np.int64]
    sources: NDArray[np.str_]


@dataclass(frozen=True)
class FarFit:
    """What holds far from the training data.

    Attributes:
        known: for the checkpoint.
        record: threshold, temperature and set_quantile, for `decision.json`.
        count: rows that they were fitted on.
    """

    known: Known
    record: dict[str, Any]
    count: int


def fit_far(
    learned: NDArray[np.float32], calibration: NDArray[np.float32], foreign: Rows
) -> FarFit | None:
    """Fit what holds far from the training data.

    Args:
        learned: (R, C) channel means of slices of the fit part.
        calibration: (M, C) channel means of the calibration part.
        foreign: slices of other hospitals, those that the gate lets pass.

    Returns:
        None where too few of these are far to promise anything.
    """
    stored = directions(learned).astype(np.float16).astype(np.float32)  # as a checkpoint keeps them
    threshold = float(np.quantile(distance(Known(stored, 0.0), calibration), NEAR))
    known = Known(stored, threshold)
    far = unlike(known, foreign.means)
    if far.sum() < LEAST_ROWS:
        return None
    logits, targets, sources = foreign.logits[far], foreign.targets[far], foreign.sources[far]
    counts = {source: int((sources == source).sum()) for source in np.unique(sources)}
    weights = np.array([1 / max(counts[source], FEW_ROWS) for source in sources])
    temperature = fit_temperature(logits, targets, weights)
    calibrated = probabilities(logits, temperature)
    quantiles = [
        fit_set_quantile(calibrated[sources == source], targets[sources == source], COVERAGE)
        for source, count in counts.items()
        if count >= LEAST_ROWS
    ]
    record = {
        "threshold": threshold,
        "temperature": temperature,
        "set_quantile": max(quantiles, default=1.0),
    }
    return FarFit(known, record, int(far.sum()))
