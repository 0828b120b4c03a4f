"""The network in ONNX Runtime: the expensive pass, run once for answer and explanation."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from shared.errors import CheckpointError

INPUT, FEATURES, LOGITS = "pixels", "features", "logits"


@dataclass(frozen=True)
class OnnxNetwork:
    """`model.onnx` of a checkpoint, ready to run.

    Attributes:
        session: takes `pixels` (N, 3, S, S) float32, gives `features` (N, C, h, w) and `logits` (N,
            K).
    """

    session: ort.InferenceSession


def open_network(path: Path, *, threads: int | None = None) -> OnnxNetwork:
    """Open a network for the processor at hand.

    Args:
        path: `model.onnx` of a checkpoint.
        threads: threads within one pass; all cores when None.

    Raises:
        CheckpointError: the file cannot be read as ONNX, or has other inputs and outputs.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads or os.cpu_count() or 1
    # A thread that spins for work takes a core from the other callers, and from the other Space.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime has no public base class for its errors
        raise CheckpointError(f"{path.name} cannot be opened by ONNX Runtime: {error}") from error
    names = ([i.name for i in session.get_inputs()], [o.name for o in session.get_outputs()])
    if names != ([INPUT], [FEATURES, LOGITS]):
        raise CheckpointError(
            f"{path.name} has inputs {names[0]} and outputs {names[1]}; "
            f"the contract wants [{INPUT!r}] and [{FEATURES!r}, {LOGITS!r}]. Export it again."
        )
    return OnnxNetwork(session)


def run_network(
    network: OnnxNetwork, batch: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """One forward pass.

    Args:
        network: an open network.
        batch: (N, 3, S, S) float32, normalised to -1..1.

    Returns:
        The last feature map (N, C, h, w) and the logits (N, K), both float32.
    """
    features, logits = network.session.run([FEATURES, LOGITS], {INPUT: batch})
    return features, logits
