"""The artificial neural network (ANN), answered with NumPy: PyTorch is not needed for that.

An ensemble of small multilayer perceptrons over piecewise linear encodings of the features
(Gorishniy, Rubachev and Babenko 2022, "On Embeddings for Numerical Features in Tabular Deep
Learning"). Members differ in their first weights and in the units that dropout silenced; their
probabilities are averaged (Lakshminarayanan, Pritzel and Blundell 2017, "Deep Ensembles").
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.checkpoint.tensors import read_tensors
from shared.errors import CheckpointError

ANN_FILE = "ann.safetensors"
ENCODING = ("source", "low", "width", "centre", "scale")  # tensors of the file, as in `Encoding`
AT_A_TIME = 512  # rows; keeps the hidden units of a pass within a core's own cache

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Encoding:
    """Features cut into pieces: each of the E columns rises from 0 to 1 over one bin of a feature.

    A network of plain numbers learns smooth functions best; a lender's rule is not smooth. Cut into
    pieces, a number lets the first layer give each stretch of it a slope of its own. An income in
    the third of four bins reads 1, 1, 0.4, 0: full, full, filled in part, empty.

    Attributes:
        source: (E,) int64, the feature of each column.
        low, width: (E,) float32, where its bin begins and how wide it is; width above 0.
        centre, scale: (E,) float32, taken off and multiplied with afterwards.
    """

    source: NDArray[np.int64]
    low: Floats
    width: Floats
    centre: Floats
    scale: Floats


@dataclass(frozen=True)
class Ann:
    """The trained network.

    Attributes:
        encoding: of the features.
        weights: a layer each, (M, inputs, outputs) float32 for M members; the last has one output.
        biases: a layer each, (M, 1, outputs) float32.
    """

    encoding: Encoding
    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]

    @cached_property
    def first(self) -> Floats:
        """(E, M * outputs) the first layers of all members side by side: one product for all."""
        side_by_side = np.ascontiguousarray(self.weights[0].transpose(1, 0, 2))
        return side_by_side.reshape(len(side_by_side), -1)


def encode(encoding: Encoding, features: Floats) -> Floats:
    """Piecewise linear encoding of (N, K) float32 features: (N, E) float32."""
    pieces = (features[:, encoding.source] - encoding.low) / encoding.width
    return (np.clip(pieces, 0.0, 1.0, out=pieces) - encoding.centre) * encoding.scale


def approval(ann: Ann, features: Floats) -> NDArray[np.float64]:
    """(N,) mean probability of approval of the members, not calibrated; of (N, K) features."""
    starts = range(0, max(len(features), 1), AT_A_TIME)
    parts = (hidden(ann, features[start : start + AT_A_TIME]) for start in starts)
    return np.concatenate([members(layers).mean(axis=0) for layers in parts])


def members(layers: list[Floats]) -> NDArray[np.float64]:
    """(M, N) probability of approval by each member, from what `hidden` gives."""
    logits = layers[-1][..., 0].astype(np.float64)
    return np.asarray(1 / (1 + np.exp(-logits)))


def hidden(ann: Ann, features: Floats) -> list[Floats]:
    """What each layer gives, after its activation: the hidden units, then the logits.

    Returns:
        A layer each, (M, N, outputs) float32.
    """
    count, _, units = ann.weights[0].shape
    first = encode(ann.encoding, features) @ ann.first
    layers: list[Floats] = [first.reshape(len(first), count, units).transpose(1, 0, 2)]
    layers[0] += ann.biases[0]
    for weight, bias in zip(ann.weights[1:], ann.biases[1:], strict=True):
        np.maximum(layers[-1], 0.0, out=layers[-1])
        layers.append(np.matmul(layers[-1], weight))
        layers[-1] += bias
    return layers


def open_model(folder: Path) -> Ann:
    """Read `ann.safetensors` of a checkpoint.

    Raises:
        CheckpointError: the file is missing or holds other tensors.
    """
    tensors = read_tensors(folder / ANN_FILE)
    try:
        count = sum(name.startswith("weight.") for name in tensors)
        encoding = Encoding(*(tensors[name] for name in ENCODING))
        weights = tuple(tensors[f"weight.{k}"] for k in range(count))
        return Ann(encoding, weights, tuple(tensors[f"bias.{k}"] for k in range(count)))
    except (KeyError, ValueError, TypeError) as error:
        raise CheckpointError(f"{ANN_FILE} cannot be used: {error!r}. Fit again.") from error


def tensors_of(ann: Ann) -> dict[str, NDArray[np.float32] | NDArray[np.int64]]:
    """What `ann.safetensors` holds, by name."""
    tensors: dict[str, NDArray[np.float32] | NDArray[np.int64]] = {
        name: getattr(ann.encoding, name) for name in ENCODING
    }
    for k, (weight, bias) in enumerate(zip(ann.weights, ann.biases, strict=True)):
        tensors |= {f"weight.{k}": weight, f"bias.{k}": bias}
    return tensors
