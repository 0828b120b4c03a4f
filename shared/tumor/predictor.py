"""Load a tumor checkpoint and answer for a slice. Evaluation scores exactly this code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.slices.framing import Prepared, prepare, to_input
from shared.tumor.decision import Decision, prediction_set, probabilities, read_decision
from shared.tumor.gate import gate_score
from shared.tumor.network import OnnxNetwork, open_network, run_network

NETWORK_FILE = "model.onnx"
NOT_BRAIN = "This does not look like a brain MRI slice, so no tumor class is given."


@dataclass(frozen=True)
class Predictor:
    """A checkpoint in memory.

    Attributes:
        folder: where it was read from.
        network: the ONNX session.
        decision: temperature, prediction set and gate.
    """

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
        logits: (K,) float32.
        features: (C, h, w) float32, the last feature map, from which an explanation goes on.
        prepared: what the network saw.
    """

    label: str | None
    probabilities: dict[str, float]
    prediction_set: tuple[str, ...]
    refusal: str | None
    gate_score: float
    logits: NDArray[np.float32]
    features: NDArray[np.float32]
    prepared: Prepared


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


def predict(predictor: Predictor, pixels: NDArray[np.float32]) -> Answer:
    """Answer for one slice.

    Args:
        predictor: a loaded checkpoint.
        pixels: (H, W) float32 in 0..1.
    """
    return predict_many(predictor, [pixels])[0]


def predict_many(predictor: Predictor, slices: Sequence[NDArray[np.float32]]) -> list[Answer]:
    """Answer for several slices in one forward pass, in their order.

    Args:
        predictor: a loaded checkpoint.
        slices: each (H, W) float32 in 0..1; shapes may differ. At least one.
    """
    prepared = [prepare(pixels, predictor.size) for pixels in slices]
    batch = to_input(np.stack([each.pixels for each in prepared]))
    features, logits = run_network(predictor.network, batch)
    scores = gate_score(predictor.decision.gate, features)
    return [
        _answer(predictor.decision, *row)
        for row in zip(prepared, features, logits, scores.tolist(), strict=True)
    ]


def _answer(
    decision: Decision,
    prepared: Prepared,
    features: NDArray[np.float32],
    logits: NDArray[np.float32],
    score: float,
) -> Answer:
    shares = probabilities(logits, decision.temperature)
    refusal = NOT_BRAIN if score < decision.gate.threshold else None
    likeliest_first = np.argsort(-shares)
    inside = prediction_set(shares, decision.set_quantile)
    return Answer(
        label=None if refusal else decision.labels[likeliest_first[0]],
        probabilities=dict(zip(decision.labels, shares.tolist(), strict=True)),
        prediction_set=()
        if refusal
        else tuple(decision.labels[k] for k in likeliest_first if inside[k]),
        refusal=refusal,
        gate_score=score,
        logits=logits,
        features=features,
        prepared=prepared,
    )
