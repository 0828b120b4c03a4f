"""Grad-CAM (Selvaraju et al. 2017), from the feature map that the answer left behind.

    map = sum_k a_k A_k    with  a_k = mean over the cells of d logit / d A_k

Raw and signed, without the ReLU, at the resolution of the layer.

Why the network need not run again: the gradient goes from the logit down to the feature map A, so
only what lies above A matters. That is average pooling and one linear layer, where

    logit = bias + sum_k w_k mean(A_k)    so    a_k = w_k / cells

is the same for every slice. The map is then a weighted sum of the channels that the answer already
has, its cells add up to the logit without its bias, and each channel's part can be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.slices.framing import to_input
from shared.tumor.head import Head, channel_weights, load_head
from shared.tumor.heatmap import LAST, Heatmap, class_indices, index_of, quoted
from shared.tumor.predictor import Answer, Predictor

if TYPE_CHECKING:
    from torch import nn

FloatMap = NDArray[np.float32]


@dataclass(frozen=True)
class Channel:
    """One channel's part in a logit.

    Attributes:
        index: of the channel, from 0.
        adds: its term in the logit; below 0 it speaks against the class.
        values: (h, w) float32: its map, times its weight, so that it adds up to `adds`.
    """

    index: int
    adds: float
    values: FloatMap


def layers(predictor: Predictor) -> tuple[str, ...]:
    """The layers that a map can be taken at, from the last one down."""
    return (LAST, *(name for name, _ in reversed(predictor.decision.layers)))


def grad_cam(
    predictor: Predictor,
    answer: Answer,
    *,
    target: str | None = None,
    against: str | None = None,
    layer: str | None = None,
) -> Heatmap:
    """Where a class is seen, or where one class is seen rather than another.

    At the last layer the expensive pass is not repeated: `answer.features` holds its result.

    Args:
        predictor: the checkpoint that gave the answer.
        answer: the answer to explain.
        target: class the map speaks for; the likeliest when None.
        against: class it is compared with: the map of logit[target] - logit[against].
        layer: one of `layers(predictor)`; the last when None.

    Returns:
        The map, equal to Captum's LayerGradCam of the whole network at that layer.

    Raises:
        InputError: no such class or layer, or a class compared with itself.
    """
    target, layer = target or answer.likeliest, layer or LAST
    first, second = class_indices(predictor.labels, target, against)
    values = _map_of(predictor, answer, first, layer)
    if second is not None:
        values = values - _map_of(predictor, answer, second, layer)
    return Heatmap(values, target, against, layer)


def _map_of(predictor: Predictor, answer: Answer, index: int, layer: str) -> FloatMap:
    if layer != LAST:
        return _whole_network(predictor, answer, index, layer)
    weights = channel_weights(predictor.folder)
    if weights is None:  # not one linear layer: the gradient depends on the slice
        return _through_head(load_head(predictor.folder), answer, index)
    channels, height, width = answer.features.shape
    flat: FloatMap = weights[index] @ answer.features.reshape(channels, -1)
    return flat.reshape(height, width) / np.float32(height * width)


def _through_head(head: Head, answer: Answer, index: int) -> FloatMap:
    """Captum on the part above the last feature map."""
    import torch

    return _captum(head, head.above, head.at, torch.from_numpy(answer.features[None]), index)


def _whole_network(predictor: Predictor, answer: Answer, index: int, layer: str) -> FloatMap:
    """Captum on the whole network, for a layer further down."""
    import torch

    modules = dict(predictor.decision.layers)
    if layer not in modules:
        raise InputError(
            f"There is no layer {layer!r}. The layers are {quoted(layers(predictor))}."
        )
    head = load_head(predictor.folder)
    pixels = torch.from_numpy(to_input(answer.prepared.pixels))
    return _captum(head, head.network, head.network.get_submodule(modules[layer]), pixels, index)


def _captum(
    head: Head, network: nn.Module, layer: nn.Module, inputs: object, index: int
) -> FloatMap:
    from captum.attr import LayerGradCam

    with head.lock:
        attribution = LayerGradCam(network, layer).attribute(
            inputs, target=index, relu_attributions=False
        )
    values: FloatMap = attribution[0, 0].detach().numpy()
    return values


def strongest_channels(
    predictor: Predictor, answer: Answer, target: str, count: int
) -> tuple[Channel, ...]:
    """The channels that add most to a class, the strongest first.

    Args:
        predictor: the checkpoint that gave the answer.
        answer: the answer to look into.
        target: the class.
        count: how many channels; there may be fewer that add anything.

    Returns:
        Channels with `adds` above 0; none where the head is not linear, so that no such sum exists.

    Raises:
        InputError: no such class.
    """
    row = index_of(predictor.labels, target, "target")
    weights = channel_weights(predictor.folder)
    if weights is None:
        return ()
    maps = answer.features * weights[row][:, None, None]
    cells = maps.shape[1] * maps.shape[2]
    adds = maps.mean(axis=(1, 2))
    chosen = [int(k) for k in np.argsort(-adds)[:count] if adds[k] > 0]
    return tuple(Channel(k, float(adds[k]), maps[k] / np.float32(cells)) for k in chosen)
