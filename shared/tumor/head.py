"""The network in PyTorch, as Captum needs it: whole, and the part above the last feature map.

torch, timm and captum cost seconds to import, so they are imported here, at the first explanation,
and nowhere on the way to an answer.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shared.errors import CheckpointError

if TYPE_CHECKING:
    from torch import nn

# A torch module with what timm adds (forward_head, num_features); timm has no type for it.
TimmNetwork: TypeAlias = Any
LINEAR_WITHIN = 1e-4
_loading = threading.Lock()


@dataclass(frozen=True)
class Head:
    """What Captum differentiates.

    Attributes:
        network: the timm network, in eval mode, without gradients of its weights.
        above: takes the last feature map (N, C, h, w), gives logits (N, K).
        at: the first module of `above`, an identity: the layer that Captum attributes to.
        lock: Captum hooks the modules for the length of a call, so calls take turns.
    """

    network: TimmNetwork
    above: nn.Module
    at: nn.Module
    lock: threading.Lock


def load_head(folder: Path) -> Head:
    """The PyTorch side of a checkpoint, loaded once a process.

    Args:
        folder: with config.json and model.safetensors.

    Raises:
        CheckpointError: the folder does not load in timm.
    """
    with _loading:
        return _load(folder)


def open_timm(folder: Path) -> TimmNetwork:
    """The whole network in timm, in eval mode, without gradients of its weights.

    Raises:
        CheckpointError: the folder does not load in timm.
    """
    import timm

    try:
        network: TimmNetwork = timm.create_model(f"local-dir:{folder}", pretrained=True)
    except Exception as error:  # timm, safetensors and torch share no base class
        raise CheckpointError(f"{folder.name} does not load in timm: {error}") from error
    return network.eval().requires_grad_(False)


@cache
def _load(folder: Path) -> Head:
    from torch import nn

    network = open_timm(folder)

    class Above(nn.Module):
        """`forward_head`, behind a layer that Captum can attribute to."""

        def __init__(self) -> None:
            super().__init__()
            self.at = nn.Identity()
            self.network: TimmNetwork = network

        def forward(self, features: Any) -> Any:
            return self.network.forward_head(self.at(features))

    above = Above().eval()
    return Head(network, above, above.at, threading.Lock())


@cache
def channel_weights(folder: Path) -> NDArray[np.float32] | None:
    """Grad-CAM's weight of each channel for each class, where no slice can change it.

    Above average pooling and one linear layer the gradient is the same for every slice, so Captum
    is asked once a checkpoint: its LayerGradCam of a single lit channel, of size 1 x 1, is that
    channel's weight.

    Args:
        folder: a checkpoint.

    Returns:
        (K, C) float32 for a feature map of one cell; None where the head is not linear, so that
        Captum must be asked for each slice.
    """
    import torch
    from captum.attr import LayerGradCam

    head = load_head(folder)
    channels = int(head.network.num_features)
    if not _is_linear(head, channels):
        return None
    lit = torch.eye(channels).reshape(channels, channels, 1, 1)
    with head.lock:
        method = LayerGradCam(head.above, head.at)
        rows = [
            method.attribute(lit, target=k).detach().reshape(-1).numpy()
            for k in range(int(head.network.num_classes))
        ]
    return np.stack(rows).astype(np.float32)


def _is_linear(head: Head, channels: int) -> bool:
    """Whether the head adds up, and does not care where in the map a channel is lit."""
    import torch

    generator = torch.Generator().manual_seed(0)
    first, second = torch.rand(2, 1, channels, 3, 3, generator=generator)
    with torch.inference_mode():
        logits = [head.above(f) for f in (first + second, first, second, torch.zeros_like(first))]
        moved = head.above(first.flip(-1).transpose(-1, -2))
    together, one, other, none = logits
    additive = torch.allclose(together + none, one + other, atol=LINEAR_WITHIN)
    return additive and torch.allclose(moved, one, atol=LINEAR_WITHIN)
