"""The classical model of machine learning: it answers in ONNX Runtime, scikit-learn looks inside.

One applicant costs a part of what scikit-learn needs. `ml.skops` holds the same model for whoever
wants to look at its trees; nothing in it is unpickled: skops builds only what it trusts by itself
(scikit-learn's own estimators, NumPy's arrays) and the types that are named here.
"""

import os
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from shared.errors import CheckpointError

SklearnModel: TypeAlias = Any  # scikit-learn comes without types

ML_FILE, SKOPS_FILE = "ml.onnx", "ml.skops"
FEATURES, PROBABILITIES = "features", "probabilities"  # input and output of the ONNX graph
MANY = 256  # rows from which on putting them in order takes less than it saves
MARKS = 24  # features that the order goes by; 16 million different rows are enough
TRUSTED = ("sklearn.tree._tree.Tree", "sklearn.utils._bunch.Bunch")  # in trees, in a vote
_loading = threading.Lock()


@dataclass(frozen=True)
class Ml:
    """`ml.onnx` of a checkpoint, ready to run.

    Attributes:
        session: takes `features` (N, K) float32, gives `probabilities` (N, 2) float32, of refusal
            and of approval.
    """

    session: ort.InferenceSession


def open_model(folder: Path) -> Ml:
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
    inputs = [node.name for node in session.get_inputs()]
    outputs = [node.name for node in session.get_outputs()]
    if inputs != [FEATURES] or PROBABILITIES not in outputs:
        raise CheckpointError(
            f"{path.name} has inputs {inputs} and outputs {outputs}; the contract wants "
            f"[{FEATURES!r}] and {PROBABILITIES!r}. Export it again."
        )
    return Ml(session)


def approval(ml: Ml, features: NDArray[np.float32]) -> NDArray[np.float64]:
    """(N,) float64 probability of approval (0..1), not calibrated; of (N, K) float32 features."""
    if len(features) < MANY:
        return _approval(ml, features)
    order = _alike_together(features)
    probabilities = np.empty(len(features))
    probabilities[order] = _approval(ml, features[order])
    return probabilities


def _approval(ml: Ml, features: NDArray[np.float32]) -> NDArray[np.float64]:
    (probabilities,) = ml.session.run([PROBABILITIES], {FEATURES: features})
    return np.asarray(probabilities[:, 1], dtype=np.float64)


def _alike_together(features: NDArray[np.float32]) -> NDArray[np.int64]:
    """An order of the rows in which similar ones follow each other.

    On the way down a tree the processor guesses at every branch where it goes on, and it learns
    from the row before: that saves time if that row is a similar one. No answer depends on it.
    """
    marked = features[:, :MARKS]
    above = marked > marked.mean(axis=0)
    # Above the mean or not, feature by feature, are the digits of a binary number to sort by.
    return np.argsort(above @ (1 << np.arange(above.shape[1])), kind="stable")


def load_classical(folder: Path) -> SklearnModel:
    """The scikit-learn side of a checkpoint, loaded once a process.

    The first call takes seconds: skops imports all of scikit-learn.

    Args:
        folder: with `ml.skops`.

    Raises:
        CheckpointError: the file cannot be read, or asks for types that are not in `TRUSTED`.
    """
    with _loading:
        return _load(folder)


@cache
def _load(folder: Path) -> SklearnModel:
    import skops.io

    path = folder / SKOPS_FILE
    try:
        others = sorted(set(skops.io.get_untrusted_types(file=path)) - set(TRUSTED))
        model = None if others else skops.io.load(path, trusted=list(TRUSTED))
    except Exception as error:  # skops, zipfile and scikit-learn share no base class
        raise CheckpointError(f"{SKOPS_FILE} cannot be used: {error!r}. Fit again.") from error
    if others:
        raise CheckpointError(
            f"{SKOPS_FILE} asks to trust {', '.join(others)}; only {', '.join(TRUSTED)} are. "
            "It was not loaded. Use a checkpoint of this project's own training."
        )
    return model
