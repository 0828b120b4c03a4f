"""Grad-CAM through Captum (Selvaraju et al. 2017), from the feature map the answer left behind.

    map = sum_k a_k A_k    with  a_k = mean over the cells of d logit / d A_k

Raw and signed, without the ReLU, at the resolution of the layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.slices.framing import to_input
from shared.tumor.head import Head, channel_weights, load_head
from shared.tumor.heatmap import LAST, Heatmap, check_pair, index_of, listed
from shared.tumor.predictor import Answer, Predictor

if TYPE_CHECKING:
    from torch import nn

FloatMap = NDArray[np.float32]


def layers(predictor: Predictor) -> tuple[str, ...]:
    """The layers that a map can be taken at, from the last one down."""
    return (LAST, *(name for name, _ in reversed(predictor.decision.layers)))


def likeliest(answer: Answer) -> str:
    """The likeliest class, also of a picture that was refused."""
    return max(answer.probabilities, key=lambda name: answer.probabilities[name])


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
    target, layer = target or likeliest(answer), layer or LAST
    check_pair(target, against)
    values = _map_of(predictor, answer, target, "target", layer)
    if against is not None:
        values = values - _map_of(predictor, answer, against, "against", layer)
    return Heatmap(values, target, against, layer)


def _map_of(predictor: Predictor, answer: Answer, name: str, role: str, layer: str) -> FloatMap:
    index = index_of(predictor.labels, name, role)
    if layer != LAST:
        return _whole_network(predictor, answer, index, layer)
    weights = channel_weights(predictor.folder)
    if weights is None:
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
            f"There is no layer {layer!r}. The layers are {listed(layers(predictor))}."
        )
    head = load_head(predictor.folder)
    pixels = torch.from_numpy(to_input(answer.prepared.pixels))
    return _captum(head, head.network, head.network.get_submodule(modules[layer]), pixels, index)


def _captum(
    head: Head, network: nn.Module, layer: nn.Module, inputs: object, index: int
) -> FloatMap:
    from captum.attr import LayerGradCam

    with head.lock:
        found = LayerGradCam(network, layer).attribute(
            inputs, target=index, relu_attributions=False
        )
    values: FloatMap = found[0, 0].detach().numpy()
    return values
