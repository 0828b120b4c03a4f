"""What a step minimises: the right class, for the right reason."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

SMOOTHING = 0.05
COVERED = 0.5  # a cell half inside the box counts as inside: small tumors fill no cell of their own
TINY = 1e-6


def class_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy with label smoothing (Szegedy et al. 2016), against saturated probabilities."""
    return F.cross_entropy(logits, targets, label_smoothing=SMOOTHING)


def box_loss(maps: Tensor, masks: Tensor, targets: Tensor) -> Tensor:
    """Minus the log of the share of the true class's positive map that lies inside the expert's
    box.

    Args:
        maps: (B, K, h, w) what each cell adds to each logit.
        masks: (B, 1, S, S) 1 inside the box, all 0 where there is no box.
        targets: (B,) true classes.

    Returns:
        Mean over the boxed slices of the batch; 0 where there is none.
    """
    inside = (F.adaptive_avg_pool2d(masks, maps.shape[-2:]) / COVERED).clamp(max=1).squeeze(1)
    boxed = inside.amax(dim=(1, 2)) > 0
    if not boxed.any():
        return maps.sum() * 0
    positive = maps[torch.arange(len(targets), device=maps.device), targets].clamp(min=0)[boxed]
    within = (positive * inside[boxed]).sum(dim=(1, 2))
    share = (within + TINY) / (positive.sum(dim=(1, 2)) + TINY)
    return -torch.log(share.clamp(min=1e-3)).mean()
