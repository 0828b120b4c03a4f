"""What a step minimises: the right class, for the right reason."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

SMOOTHING = 0.05
COVERED = 0.5  # a cell half inside the box counts as inside: small tumors fill no cell of their own
SHARPNESS = 4.0  # of the softplus that stands for the positive part and lets gradients through
FLOOR = 0.1  # added to each cell: an empty map counts as an even one


def class_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy with label smoothing (Szegedy et al. 2016), against saturated probabilities."""
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
