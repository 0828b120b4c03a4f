"""Choose a candidate, calibrate it and fit it, on training rows alone.

This is the whole inner loop of the nested cross-validation, and what the final fit does with all
rows: whoever measures `choose_and_fit` on rows of their own measures the way the model is made.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold

from shared.loan.models.decision import Calibration, calibrated, logs
from training.loan.candidates import NAMES, Fitted, Names, fit

Floats = NDArray[np.float32]
INNER_FOLDS = 5
LEAST_SLOPE = 0.05  # a negative slope would turn the order of all answers round
PRIOR = 0.05  # weight of "calibrated already", in rows: three numbers are fitted from few


@dataclass(frozen=True)
class Chosen:
    """The candidate that was kept, fitted and calibrated; the log losses of all in inner folds."""

    fitted: Fitted
    calibration: Calibration
    losses: dict[str, float]

    def approval(self, features: Floats) -> NDArray[np.float64]:
        """(N,) calibrated probability of approval of (N, K) float32 features."""
        return calibrated(self.calibration, self.fitted.approval(features))


def choose_and_fit(
    kind: str, features: Floats, approved: NDArray[np.int64], seed: int, names: Names = NAMES
) -> Chosen:
    """Compare the candidates of a kind in inner folds; keep and fit the one of least log loss."""
    losses: dict[str, float] = {}
    calibrations: dict[str, Calibration] = {}
    for name in names[kind]:
        unseen = inner_predictions(name, features, approved, seed)
        calibrations[name] = fit_calibration(unseen, approved)
        losses[name] = float(log_loss(approved, calibrated(calibrations[name], unseen)))
    best = min(losses, key=lambda name: losses[name])
    rounded = {name: round(loss, 6) for name, loss in losses.items()}
    return Chosen(fit(best, features, approved, seed), calibrations[best], rounded)


def inner_predictions(
    name: str, features: Floats, approved: NDArray[np.int64], seed: int
) -> NDArray[np.float64]:
    """(N,) probability of approval of each row by a fit that has not seen it."""
    folds = StratifiedKFold(INNER_FOLDS, shuffle=True, random_state=seed)
    unseen = np.zeros(len(approved))
    for train, test in folds.split(features, approved):
        unseen[test] = fit(name, features[train], approved[train], seed).approval(features[test])
    return unseen


def fit_calibration(unseen: NDArray[np.float64], approved: NDArray[np.int64]) -> Calibration:
    """The calibration with the least log loss, held near the one that changes nothing.

    Beta calibration (Kull, Silva Filho and Flach 2017): a line in log p and log (1 - p). It is
    fitted to predictions for rows that the model had not seen; of its own training rows a model is
    surer than it may be.

    Args:
        unseen: (N,) probabilities for rows that the model had not seen.
        approved: (N,) 0 or 1.
    """
    low, high = logs(unseen)
    nothing = np.array([1.0, 1.0, 0.0])

    def loss(numbers: NDArray[np.float64]) -> float:
        values = numbers[0] * low + numbers[1] * high + numbers[2]
        mean = np.logaddexp(0.0, values).mean() - (approved * values).mean()
        return float(mean + PRIOR * ((numbers - nothing) ** 2).sum() / len(values))

    bounds = ((LEAST_SLOPE, None), (LEAST_SLOPE, None), (None, None))
    fitted = minimize(loss, nothing, bounds=bounds, method="L-BFGS-B").x
    return Calibration(*(float(number) for number in fitted))
