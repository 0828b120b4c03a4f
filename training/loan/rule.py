"""The rule to beat: approve unless the credit history is bad."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.loan.data import Applications

FIELD, BAD = "credit_history", "bad"


def refused_by_rule(applications: Applications) -> NDArray[np.bool_]:
    """(N,) whether the rule refuses; a credit history that was not stated is no bad one."""
    names = [field.name for field in applications.fields]
    at = names.index(FIELD)
    bad = applications.fields[at].values.index(BAD)
    return np.asarray(applications.table[:, at] == bad)


def rule_approval(
    applications: Applications, train: NDArray[np.int64], test: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The rule's probability for some rows: how often its two answers were right on other rows.

    Args:
        applications: labelled.
        train: rows that the two shares are counted on, with one row added to either side (Laplace).
        test: rows to answer.
    """
    refused, approved = refused_by_rule(applications), applications.approved
    shares = []
    for side in (False, True):
        among = approved[train][refused[train] == side]
        shares.append((among.sum() + 1) / (len(among) + 2))
    return np.where(refused[test], shares[1], shares[0])
