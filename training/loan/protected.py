"""May the models use the protected fields? They are left out unless that is measured to cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.loan.answers import OutOfFold, collect, difference, measures
from training.loan.candidates import KINDS
from training.loan.nested import VARIANTS

COMPARED = ("accuracy", "auc", "brier", "log_loss")


def both_variants(
    found: Mapping[str, Any], approved: NDArray[np.int64]
) -> tuple[OutOfFold, OutOfFold]:
    """The answers without and with the protected fields.

    Args:
        found: what the nested stage wrote.
        approved: (N,) 0 or 1.

    Raises:
        InputError: a row was answered more often than another.
    """
    without, with_them = (collect(found[variant], approved) for variant in VARIANTS)
    return without, with_them


def protected_cost(
    without: OutOfFold, with_them: OutOfFold, threshold: float, seed: int
) -> dict[str, Any]:
    """What the models would gain by the protected fields, metric by metric.

    Returns:
        Gains by model and metric, and whether the fields are left out: they are unless a model's
        AUC loses more by it than chance explains.
    """
    every = measures(threshold)
    gain = {
        kind: {
            name: difference(
                every[name], without.approved, with_them.shares[kind], without.shares[kind], seed
            )
            for name in COMPARED
        }
        for kind in KINDS
    }
    return {"gain": gain, "left_out": all(gain[kind]["auc"]["low"] <= 0 for kind in KINDS)}


def default_variant(cost: Mapping[str, Any]) -> str:
    """The variant that the checkpoint is made of, from what `protected_cost` found."""
    return VARIANTS[0] if cost["left_out"] else VARIANTS[1]
