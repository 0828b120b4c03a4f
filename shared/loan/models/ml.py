"""The classical model in ONNX Runtime: one applicant costs a part of what scikit-learn needs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from shared.errors import CheckpointError

ML_FILE = "ml.onnx"
FEATURES, SHARES = "features", "probabilities"
MANY = 256  # rows from which on putting them in order takes less than it saves
MARKS = 24  # features that the order goes by; 16 million different rows are enough


@dataclass(frozen=True)
class Ml:
    """`ml.onnx` of a checkpoint, ready to run.

    Attributes:
        session: takes `features` (N, K) float32, gives `probabilities` (N, 2) float32, of refusal
            and of approval.
    """

    session: ort.InferenceSession


def open_ml(folder: Path) -> Ml:
    """Open the classical model of a checkpoint.

    Raises:
        CheckpointError: the file cannot be read as ONNX, or has other inputs and outputs.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = os.cpu_count() or 1
    # A thread that spins for work takes a core from the other callers, and from the other Space.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    path = folder / ML_FILE
    try:
        session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime has no public base class for its errors
        raise CheckpointError(f"{path.name} cannot be opened by ONNX Runtime: {error}") from error
    inputs, outputs = (
        [i.name for i in session.get_inputs()],
        [o.name for o in session.get_outputs()],
    )
    if inputs != [FEATURES] or SHARES not in outputs:
        raise CheckpointError(
            f"{path.name} has inputs {inputs} and outputs {outputs}; the contract wants "
            f"[{FEATURES!r}] and {SHARES!r}. Export it again."
        )
    return Ml(session)


def approval(ml: Ml, features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Probability of approval, not calibrated.

    Args:
        ml: an open model.
        features: (N, K) float32.

    Returns:
        (N,) float64 in 0..1.
    """
    if len(features) < MANY:
        return _approval(ml, features)
    order = _alike_together(features)
    found = np.empty(len(features))
    found[order] = _approval(ml, features[order])
    return found


def _approval(ml: Ml, features: NDArray[np.float32]) -> NDArray[np.float64]:
    (shares,) = ml.session.run([SHARES], {FEATURES: features})
    return np.asarray(shares[:, 1], dtype=np.float64)


def _alike_together(features: NDArray[np.float32]) -> NDArray[np.int64]:
    """An order of the rows in which similar ones follow each other.

    The way down a tree is a row of guesses for the processor, and it learns from the row before:
    that saves time if it is a similar one. No answer depends on the order.
    """
    marked = features[:, :MARKS]
    above = marked > marked.mean(axis=0)
    return np.argsort(above @ (1 << np.arange(above.shape[1])), kind="stable")
