"""Simulated applicants that come with a checkpoint: whom an applicant is compared with.

They are drawn from a model of the training data (`training.loan.simulate`); none of them
is a row of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.checkpoint.tensors import read_tensors
from shared.errors import CheckpointError

POPULATION_FILE = "population.safetensors"


@dataclass(frozen=True)
class Population:
    """Simulated applicants.

    Attributes:
        table: (P, F) float64 in the order of the fields, NaN for "not stated".
        approved: (P,) bool, the simulated outcome.
        background: (B,) int64, the rows that explanations compare an applicant with.
    """

    table: NDArray[np.float64]
    approved: NDArray[np.bool_]
    background: NDArray[np.int64]


def read_population(folder: Path) -> Population:
    """Read `population.safetensors` of a checkpoint.

    Raises:
        CheckpointError: the file is missing or holds other tensors.
    """
    found = read_tensors(folder / POPULATION_FILE)
    try:
        return Population(
            found["table"].astype(np.float64), found["approved"].astype(bool), found["background"]
        )
    except (KeyError, ValueError) as error:
        raise CheckpointError(f"{POPULATION_FILE} cannot be used: {error!r}. Fit again.") from error
