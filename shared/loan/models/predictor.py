"""Load a loan checkpoint and answer for applicants. Evaluation scores exactly this code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.errors import CheckpointError
from shared.loan.models import ann, ml
from shared.loan.models.calibration import calibrated
from shared.loan.models.decision import Decision, read_decision
from shared.loan.models.features import features
from shared.loan.models.population import Population, read_population


@dataclass(frozen=True)
class Predictor:
    """A checkpoint in memory.

    Attributes:
        folder: where it was read from.
        decision: fields, calibration, threshold.
        ml: the classical model.
        ann: the neural network.
        population: simulated applicants to compare with.
    """

    folder: Path
    decision: Decision
    ml: ml.Ml
    ann: ann.Ann
    population: Population


def load_predictor(folder: Path) -> Predictor:
    """Read a checkpoint folder.

    Raises:
        CheckpointError: a file is missing or not what the contract says.
    """
    decision = read_decision(folder)
    found = Predictor(
        folder, decision, ml.open_ml(folder), ann.read_ann(folder), read_population(folder)
    )
    if found.population.table.shape[1] != len(decision.fields):
        raise CheckpointError(
            f"The population has {found.population.table.shape[1]} columns, decision.json has "
            f"{len(decision.fields)} fields. Fit again."
        )
    return found


def approval(predictor: Predictor, table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Calibrated probability of approval by both models.

    Args:
        predictor: a loaded checkpoint.
        table: (N, F) float64 in the order of the decision's fields, NaN for "not stated".

    Returns:
        (N, 2) float64 in 0..1, a column for each of `MODELS`.
    """
    decision = predictor.decision
    seen = features(decision.used_fields, table[:, decision.used])
    said = (ml.approval(predictor.ml, seen), ann.approval(predictor.ann, seen))
    columns = [
        calibrated(line, shares) for line, shares in zip(decision.calibration, said, strict=True)
    ]
    return np.column_stack(columns)
