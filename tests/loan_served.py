"""A loan Space without weights: what the page and the API make of given probabilities."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from loan_space.serving import Answered
from shared.checkpoint.source import LoadedCheckpoint
from shared.loan.fields.application import read_application
from shared.loan.fields.declared import FIELDS, Fields
from shared.loan.models.decision import Calibration, Decision
from shared.page.schema import revision_of

LOADED = LoadedCheckpoint(Path(), "bundled", "f" * 64, "e" * 64, None, "why")
LINE = Calibration(1.0, 1.0, 0.0)
USED = tuple(k for k, field in enumerate(FIELDS) if not field.protected)
Score = Callable[[np.ndarray], np.ndarray]


def served_by(score: Score, fields: Fields = FIELDS) -> Any:
    """What `serving.serve` would give, with a function in place of both models."""
    decision = Decision(fields, USED, ("A forest", "A network"), (LINE, LINE), 0.5, 1.0)
    return SimpleNamespace(
        checkpoint=LOADED,
        evaluation={},
        fields=fields,
        predictor=SimpleNamespace(decision=decision),
        revision=revision_of(LOADED),
        score=score,
        threshold=decision.threshold,
    )


def by_income(table: np.ndarray) -> np.ndarray:
    """Machine learning: 10,000 a month are certain; the network wants twice as much."""
    income = np.nan_to_num(table[:, 0])
    return np.clip(np.column_stack([income / 10_000, income / 20_000]), 0, 1)


def answered(served: Any, **values: object) -> Answered:
    """An applicant with both answers."""
    application = read_application(served.fields, values)
    return Answered(application, served.score(application.row[None])[0], unlike=False)
