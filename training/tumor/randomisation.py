"""The weight-randomisation check: a map that shows what was learned must change when it is
unlearned.

Cascading from the top (Adebayo et al. 2018, "Sanity Checks for Saliency Maps"): one block after the
other is drawn anew, and the map of the same class is compared with the original by Spearman's rank
correlation.
"""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import timm
import torch
from scipy.stats import spearmanr
from torch import nn

from shared.slices.framing import prepare, to_input
from training.metrics import Figure, bootstrap, share
from training.tumor.network import TimmNetwork
from training.tumor.passes import FloatImage


def cascade(network: TimmNetwork) -> list[tuple[str, list[nn.Module]]]:
    """The parts of a timm network from the top down, with names."""
    parts: list[tuple[str, list[nn.Module]]] = [("classifier", [network.get_classifier()])]
    children = [(n, m) for n, m in network.named_children() if m is not network.get_classifier()]
    for name, module in reversed(children):
        if isinstance(module, nn.Sequential):
            parts += [(f"{name}.{k}", [block]) for k, block in reversed(list(enumerate(module)))]
        elif any(True for _ in module.parameters()):
            parts.append((name, [module]))
    return parts


def draw_anew(modules: list[nn.Module]) -> None:
    """Give every layer of some modules fresh weights."""
    for module in modules:
        for layer in module.modules():
            if hasattr(layer, "reset_parameters"):
                layer.reset_parameters()


def maps_of(network: TimmNetwork, batch: torch.Tensor, targets: list[int]) -> list[np.ndarray]:
    """Grad-CAM at the last feature map, for a linear head: features weighted by the class's row."""
    with torch.inference_mode():
        features = network.forward_features(batch)
        rows = network.get_classifier().weight[targets]
        return list(torch.einsum("bchw,bc->bhw", features, rows).numpy())


def check(folder: Path, slices: list[FloatImage], size: int, seed: int) -> dict[str, Figure]:
    """Similarity of the maps after each further part was drawn anew.

    Args:
        folder: a checkpoint whose network ends in pooling and one linear layer.
        slices: (H, W) each.
        size: side of the network's input.
        seed: of the fresh weights.

    Returns:
        By part, from the top down, the mean rank correlation with the original map (-1..1).
    """
    torch.manual_seed(seed)
    network: TimmNetwork = timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
    batch = torch.from_numpy(to_input(np.stack([prepare(s, size).pixels for s in slices])))
    with torch.inference_mode():
        targets = network(batch).argmax(dim=1).tolist()
    before = maps_of(network, batch, targets)
    changed: TimmNetwork = copy.deepcopy(network)
    found: dict[str, Figure] = {}
    for name, modules in cascade(changed):
        draw_anew(modules)
        after = maps_of(changed, batch, targets)
        pairs = zip(before, after, strict=True)
        alike = np.array([spearmanr(b.ravel(), a.ravel()).statistic for b, a in pairs])
        label = f"random down to {name}"
        found[label] = bootstrap(share(np.nan_to_num(alike)), np.arange(len(alike)), seed=seed)
    return found
