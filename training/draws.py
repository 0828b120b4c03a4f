"""Bootstrap values of the headline figures, so that two evaluations can be compared in pairs.

Two checkpoints that answered the same rows are compared on the same draws of these rows (paired
bootstrap: Efron and Tibshirani 1993; Koehn 2004): what is easy or hard about the rows moves both
and falls out of the difference. `draws.safetensors` holds the values of a checkpoint and, for each
figure, a hash of what they were drawn from, so no row has to be at hand for that.

Drawing starts from a key that is made of the rows and written nowhere. With draws that anybody
could repeat, the share of a few hundred rows in a thousand draws is a system of equations, and its
solution is the score of every row.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from shared.checkpoint.contract import DRAWS_FILE, hash_file, measured_files
from shared.errors import CheckpointError
from training.metrics import DRAWS, Metric, drawn, resampled, without_bias

PAIRING = "pairing"  # the key of the file's metadata


@dataclass(frozen=True)
class Gated:
    """A headline figure in which no new checkpoint may be worse.

    Attributes:
        metric: from (N,) weights to its value.
        groups: (N,) what is drawn together.
        rows: what the rows are, besides the data and their split: a part, a hash of boxes.
        distance: whether chance alone moves it away from 0; its draws are then moved by their bias
            (`training.metrics.bootstrap_of_distance`).
    """

    metric: Metric
    groups: NDArray[np.int64]
    rows: str
    distance: bool = False


@dataclass(frozen=True)
class Basis:
    """What an evaluation rests on; none of it depends on the model.

    Attributes:
        data, split: sha256 of the data and of the split or folds.
        seed: of the draws.
        key: a hash of the rows that cannot be made without them, and is not written down.
    """

    data: str
    split: str
    seed: int
    key: str


def draw_seed(basis: Basis) -> int:
    """Where drawing starts."""
    return int(hashlib.sha256(f"{basis.seed} {basis.key}".encode()).hexdigest(), 16)


def values_of(gated: Gated, basis: Basis) -> NDArray[np.float64]:
    """(DRAWS,) the bootstrap values of a figure."""
    values = drawn(gated.metric, gated.groups, draw_seed(basis), DRAWS)
    if gated.distance:
        return without_bias(values, gated.metric(np.ones(len(gated.groups))))
    return values


def pairing_of(gated: Gated, basis: Basis) -> str:
    """sha256 of data, split, rows and of how often each row stands in each draw.

    The draws themselves, not their seed, so that another generator is not taken for the same.
    """
    basis_text = json.dumps([basis.data, basis.split, basis.seed, gated.rows, DRAWS])
    digest = hashlib.sha256(basis_text.encode())
    for weights in resampled(gated.groups, draw_seed(basis), DRAWS):
        digest.update(weights.tobytes())
    return digest.hexdigest()


def write_draws(folder: Path, gated: Mapping[str, Gated], basis: Basis) -> None:
    """Write `draws.safetensors` of a checkpoint: values by figure, pairings as metadata."""
    values = {name: values_of(figure, basis) for name, figure in gated.items()}
    pairings = {name: pairing_of(figure, basis) for name, figure in gated.items()}
    # One key, because safetensors writes several in an order that changes from run to run.
    metadata = {PAIRING: json.dumps(pairings, sort_keys=True)}
    save_file(values, folder / DRAWS_FILE, metadata=metadata)


@dataclass(frozen=True)
class Draws:
    """What `draws.safetensors` holds of a figure: (DRAWS,) float64 values and their pairing."""

    values: NDArray[np.float64]
    pairing: str


def read_draws(folder: Path) -> dict[str, Draws]:
    """The bootstrap values of a checkpoint by figure.

    Raises:
        CheckpointError: the file cannot be read, or does not hold what it should.
    """
    try:
        with safe_open(folder / DRAWS_FILE, framework="numpy") as file:
            pairings: dict[str, Any] = dict(json.loads((file.metadata() or {})[PAIRING]))
            values = {name: np.asarray(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{DRAWS_FILE} cannot be read: {error!r}. Evaluate the checkpoint again."
        ) from error
    for name, row in values.items():
        sound = row.shape == (DRAWS,) and row.dtype == np.float64
        sound = sound and bool(np.isfinite(row).all())
        if not sound or not isinstance(pairings.get(name), str):
            raise CheckpointError(
                f"{DRAWS_FILE} has no {DRAWS} numbers with a pairing for {name!r}. "
                "Evaluate the checkpoint again."
            )
    return {name: Draws(row, pairings[name]) for name, row in values.items()}


def hashes_of_measured(folder: Path, task: str) -> dict[str, str]:
    """sha256 of each file that an evaluation is of, for its record; the draws are among them."""
    return {name: hash_file(folder / name) for name in measured_files(task)}
