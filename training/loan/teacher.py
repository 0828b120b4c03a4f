"""Soft targets for the ANN: what a forest says of each training row without having seen it.

A row's label says yes or no; the trees of a random forest that did not draw the row (out of bag,
Breiman 2001) say how clear the case is. Mixing the two (distillation: Hinton, Vinyals and Dean
2015) tells a network of few rows which labels are luck.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier


def soft_targets(
    forest: RandomForestClassifier,
    features: NDArray[np.float32],
    approved: NDArray[np.int64],
    share: float,
) -> NDArray[np.float64]:
    """Labels mixed with a forest's out-of-bag probabilities.

    Args:
        forest: not fitted yet; it is fitted here, to these rows alone.
        features: (N, K) float32.
        approved: (N,) 0 or 1.
        share: of the forest's word in the target, 0..1.

    Returns:
        (N,) float64 in 0..1.
    """
    if not share:
        return approved.astype(np.float64)
    forest.set_params(oob_score=True)
    unseen = forest.fit(features, approved).oob_decision_function_[:, 1]
    said = np.where(np.isnan(unseen), approved, unseen)  # a row that every tree drew
    return np.asarray((1 - share) * approved + share * said)
