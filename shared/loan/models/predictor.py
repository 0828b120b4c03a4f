"""Load a loan checkpoint and answer for applicants. Evaluation scores exactly this code."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.checkpoint.tensors import read_tensors
from shared.errors import CheckpointError
from shared.loan.models.ann import Ann
from shared.loan.models.decision import Decision, calibrated, read_decision
from shared.loan.models.features import features
from shared.loan.models.registry import ANN, REGISTRY

POPULATION_FILE = "population.safetensors"


@dataclass(frozen=True)
class Population:
    """Simulated applicants that come with a checkpoint: whom an applicant is compared with.

    They are drawn from a model of the training data (`training.loan.simulate`); none of them is a
    row of it.

    Attributes:
        table: (P, F) float64 in the order of the fields, NaN for "not stated".
        approved: (P,) bool, the simulated outcome.
        background: (B,) int64, the rows that explanations compare an applicant with.
    """

    table: NDArray[np.float64]
    approved: NDArray[np.bool_]
    background: NDArray[np.int64]


@dataclass(frozen=True)
class Predictor:
    """A checkpoint in memory; its models are opened, one for each row of `REGISTRY`."""

    folder: Path
    decision: Decision
    models: tuple[Any, ...]
    population: Population

    @property
    def background(self) -> NDArray[np.float64]:
        """(B, F) the applicants with whom explanations compare one."""
        return self.population.table[self.population.background]

    @property
    def ann(self) -> Ann:
        """The neural network, for the explanations that look inside it."""
        network: Ann = self.models[REGISTRY.index(ANN)]
        return network


def load_predictor(folder: Path) -> Predictor:
    """Read a checkpoint folder.

    Raises:
        CheckpointError: a file is missing or not what the contract says.
    """
    decision = read_decision(folder)
    models = tuple(model.open(folder) for model in REGISTRY)
    population = read_population(folder)
    if population.table.shape[1] != len(decision.fields):
        raise CheckpointError(
            f"The population has {population.table.shape[1]} columns, decision.json has "
            f"{len(decision.fields)} fields. Fit again."
        )
    return Predictor(folder, decision, models, population)


def read_population(folder: Path) -> Population:
    """Read `population.safetensors` of a checkpoint.

    Raises:
        CheckpointError: the file is missing or holds other tensors.
    """
    tensors = read_tensors(folder / POPULATION_FILE)
    try:
        table, approved = tensors["table"], tensors["approved"]
        return Population(table.astype(np.float64), approved.astype(bool), tensors["background"])
    except (KeyError, ValueError) as error:
        raise CheckpointError(f"{POPULATION_FILE} cannot be used: {error!r}. Fit again.") from error


def approval(predictor: Predictor, table: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, M) calibrated probability of approval (0..1), a column for each of `MODELS`."""
    decision = predictor.decision
    inputs = features(decision.used_fields, table[:, decision.used])
    columns = [
        calibrated(calibration, model.approval(opened, inputs))
        for model, opened, calibration in zip(
            REGISTRY, predictor.models, decision.calibration, strict=True
        )
    ]
    return np.column_stack(columns)
