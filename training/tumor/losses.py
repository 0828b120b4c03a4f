"""What a step minimises: the right class, for the right reason."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

SMOOTHING = 0.05
COVERED = 0.5  # a cell half inside the box counts as inside: small tumors fill no cell of their own
MARGIN = 4.0  # least mean value of the true class's map inside the box


def class_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy with label smoothing (Szegedy et al. 2016), against saturated probabilities."""
    return F.cross_entropy(logits, targets, label_smoothing=SMOOTHING)


def box_loss(maps: Tensor, masks: Tensor, targets: Tensor) -> Tensor:
    """How much the true class's map says outside the expert's box, and how little inside.

    With P_in and P_out the sums of the positive part of the map inside and outside the box, and m
    the mean of the map inside: log(1 + P_out / (1 + P_in)) + max(0, 1 - m / MARGIN). The second term
    is needed: a map that is negative everywhere has nothing outside the box either, and a network
    that may choose learns to answer by what speaks against the other classes.

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
    own = maps[torch.arange(len(targets), device=maps.device), targets][boxed]
    inside = inside[boxed]
    within = (own.clamp(min=0) * inside).sum(dim=(1, 2))
    outside = (own.clamp(min=0) * (1 - inside)).sum(dim=(1, 2))
    mean = (own * inside).sum(dim=(1, 2)) / inside.sum(dim=(1, 2))
    return (torch.log1p(outside / (1 + within)) + F.relu(1 - mean / MARGIN)).mean()
