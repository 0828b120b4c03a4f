"""The mistake behind published figures of 0.85 for this data: resampling before the split.

Rows of the rarer class are drawn again until both classes have the same number, and only then the
rows are split. A copy of a training row then stands among the rows that it is tested on. Measured
here so that it can be seen beside the same forest, split first. Nothing else uses it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold

from training.loan import candidates, metrics
from training.metrics import Figure, bootstrap

Floats = NDArray[np.float32]
Make = Callable[[int], ClassifierMixin]
FOLDS = 10
EVEN = 0.5
MISTAKE = (
    "A mistake, shown as one: rows of the rarer class were copied until both classes had the same "
    "number, and only then split. Copies of training rows stand among the tested rows."
)


def doubled(approved: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """All rows, then as many copies of the rarer class as it lacks.

    Args:
        approved: (N,) 0 or 1.
        seed: of which rows are copied.

    Returns:
        (M,) row numbers.
    """
    counts = np.bincount(approved, minlength=2)
    rarer = np.flatnonzero(approved == counts.argmin())
    copies = np.random.default_rng(seed).choice(rarer, counts.max() - counts.min())
    return np.concatenate([np.arange(len(approved)), copies])


def in_folds(
    make: Make, seen: Floats, approved: NDArray[np.int64], origin: NDArray[np.int64], seed: int
) -> dict[str, Figure]:
    """Accuracy and AUC of a forest in plain stratified folds.

    Args:
        make: from a seed to a classifier.
        seen: (N, K) features.
        approved: (N,) 0 or 1.
        origin: (M,) the rows that are split; intervals draw a row with all its copies.
        seed: of folds and forest.
    """
    rows, truth = seen[origin], approved[origin]
    said = np.zeros(len(origin))
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(rows, truth):
        fitted = make(seed).fit(rows[train], truth[train])
        said[test] = fitted.predict_proba(rows[test])[:, 1]
    measured = {"accuracy": metrics.accuracy_at(EVEN), "auc": metrics.auc}
    return {
        name: bootstrap(each(truth, said), origin, seed=seed) for name, each in measured.items()
    }


def default_forest(seed: int) -> RandomForestClassifier:
    """The forest as scikit-learn grows it unless told otherwise: every tree to its last row."""
    return RandomForestClassifier(random_state=seed)


def measure(seen: Floats, approved: NDArray[np.int64], seed: int) -> dict[str, Any]:
    """Two forests, split first and split last."""
    forests: dict[str, Make] = {
        "random forest of this comparison": candidates.forest,
        "random forest, scikit-learn's defaults": default_forest,
    }
    first, last = np.arange(len(approved)), doubled(approved, seed)
    rows = [
        {
            "name": name,
            "split_first": in_folds(make, seen, approved, first, seed),
            "copied_before_the_split": in_folds(make, seen, approved, last, seed),
        }
        for name, make in forests.items()
    ]
    return {"label": MISTAKE, "forests": rows}
