"""Curves of the out-of-fold answers: what each threshold earns, reliability, ROC."""

from typing import Any

import numpy as np

from training.loan import metrics
from training.loan.answers import OutOfFold
from training.metrics import DRAWS

THRESHOLDS = np.round(np.arange(0.0, 1.001, 0.02), 2)
LOSSES = (1.0, 2.0, 5.0)  # what a wrong approval costs, if a right one earns 1


def profit(found: OutOfFold, seed: int) -> list[dict[str, Any]]:
    """What each threshold earns, an applicant, for several costs of a wrong approval.

    A right approval earns 1, a wrong one loses `loss`, a refusal neither. "Wrong" is an approval
    that the lender refused: whether a loan was paid back is not in the data.
    """
    rng = np.random.default_rng(seed)
    count = len(found.approved)
    draws = rng.multinomial(count, np.full(count, 1 / count), size=DRAWS) / count
    curves = []
    for kind, shares in found.probabilities.items():
        said = (shares[:, :, None] >= THRESHOLDS).mean(axis=0)  # (N, T), mean over the repeats
        for loss in LOSSES:
            worth = np.where(found.approved == 1, 1.0, -loss)[:, None] * said
            low, high = np.percentile(draws @ worth, (2.5, 97.5), axis=0)
            curves.append(
                {
                    "model": kind,
                    "loss": loss,
                    "thresholds": THRESHOLDS.tolist(),
                    "value": np.round(worth.mean(axis=0), 4).tolist(),
                    "low": np.round(low, 4).tolist(),
                    "high": np.round(high, 4).tolist(),
                }
            )
    return curves


def calibration(found: OutOfFold) -> dict[str, Any]:
    """Reliability and ROC curves of both models."""
    return {
        kind: {
            "bins": metrics.reliability(found.approved, found.probabilities[kind]),
            "roc": metrics.roc(found.approved, found.probabilities[kind]),
        }
        for kind in ("ml", "ann")
    }
