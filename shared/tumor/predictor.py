"""The network in ONNX Runtime, and its answer for a slice. Evaluation scores exactly this code.

The forward pass is the expensive part. It runs once: its last feature map is kept in the answer,
and Grad-CAM goes on from there.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from shared.errors import CheckpointError
from shared.slices.framing import Prepared, prepare, to_input
from shared.tumor.decision import Decision, prediction_set, probabilities, read_decision
from shared.tumor.gate import MOST_COLOURFUL, gate_score, pooled
from shared.tumor.likeness import unlike

NETWORK_FILE = "model.onnx"
INPUT, FEATURES, LOGITS = "pixels", "features", "logits"  # names in the ONNX file
NOT_BRAIN = "This does not look like a brain MRI slice, so no tumor class is given."
COLOURED_PICTURE = (
    "This picture is coloured. Brain MRI slices are grey, so no tumor class is given."
)


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
    """One pass of (N, 3, S, S) in -1..1: the last feature map (N, C, h, w), the logits (N, K)."""
    features, logits = network.session.run([FEATURES, LOGITS], {INPUT: batch})
    return features, logits


@dataclass(frozen=True)
class Predictor:
    """A checkpoint in memory: the ONNX session, and the decision on what it gives."""

    folder: Path
    network: OnnxNetwork
    decision: Decision

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names in the order of the logits."""
        return self.decision.labels

    @property
    def size(self) -> int:
        """Side of the network's input, pixels."""
        return self.decision.input_size


@dataclass(frozen=True)
class Answer:
    """What the network says of one slice.

    Attributes:
        label: the likeliest class; None when the picture is refused.
        probabilities: calibrated, by class, adding up to 1. With a refusal they say nothing.
        prediction_set: the classes that cannot be ruled out, likeliest first; empty when refused.
        refusal: why there is no answer, a sentence; None when there is one.
        gate_score: likeness to a brain MRI slice, 0..1.
        unlike: whether the picture is unlike those that the network learned from: probabilities
            and set are then those that were fitted far from home.
        logits: (K,) float32.
        features: (C, h, w) float32, the last feature map, from which an explanation goes on.
        prepared: what the network saw.
    """

    label: str | None
    probabilities: dict[str, float]
    prediction_set: tuple[str, ...]
    refusal: str | None
    gate_score: float
    unlike: bool
    logits: NDArray[np.float32]
    features: NDArray[np.float32]
    prepared: Prepared

    @property
    def likeliest(self) -> str:
        """The likeliest class, also of a picture that was refused."""
        return max(self.probabilities, key=lambda label: self.probabilities[label])


def load_predictor(folder: Path, *, threads: int | None = None) -> Predictor:
    """Read a checkpoint folder.

    Args:
        folder: a folder of the checkpoint contract.
        threads: threads within one forward pass; all cores when None.

    Raises:
        CheckpointError: a file is missing or not what the contract says.
    """
    return Predictor(
        folder, open_network(folder / NETWORK_FILE, threads=threads), read_decision(folder)
    )


def predict(
    predictor: Predictor, pixels: NDArray[np.float32], colourfulness: float = 0.0
) -> Answer:
    """Answer for one slice, (H, W) float32 in 0..1, read from a picture this colourful (0..1)."""
    answer = predict_many(predictor, [pixels])[0]
    if colourfulness > MOST_COLOURFUL:
        return replace(answer, label=None, prediction_set=(), refusal=COLOURED_PICTURE)
    return answer


def predict_many(predictor: Predictor, slices: Sequence[NDArray[np.float32]]) -> list[Answer]:
    """Answer for slices, each (H, W) float32 in 0..1, in one forward pass and in their order."""
    squares = [prepare(pixels, predictor.size) for pixels in slices]
    batch = to_input(np.stack([square.pixels for square in squares]))
    features, logits = run_network(predictor.network, batch)
    seen, decision = pooled(features), predictor.decision
    scores = gate_score(decision.gate, seen).tolist()
    known = decision.far.known if decision.far else None
    means = seen[:, : features.shape[1]]
    far = unlike(known, means).tolist() if known else [False] * len(squares)
    return [
        _answer(decision, *row) for row in zip(squares, features, logits, scores, far, strict=True)
    ]


def _answer(
    decision: Decision,
    prepared: Prepared,
    features: NDArray[np.float32],
    logits: NDArray[np.float32],
    score: float,
    far: bool,
) -> Answer:
    calibrated = probabilities(logits, decision.temperature_for(far))
    refusal = NOT_BRAIN if score < decision.gate.threshold else None
    order = np.argsort(-calibrated)  # the likeliest class first
    inside = prediction_set(calibrated, decision.set_quantile_for(far))
    return Answer(
        label=None if refusal else decision.labels[order[0]],
        probabilities=dict(zip(decision.labels, calibrated.tolist(), strict=True)),
        prediction_set=() if refusal else tuple(decision.labels[k] for k in order if inside[k]),
        refusal=refusal,
        gate_score=score,
        unlike=far,
        logits=logits,
        features=features,
        prepared=prepared,
    )
