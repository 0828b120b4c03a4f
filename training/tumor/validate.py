"""A quick look at a network between two epochs; the evaluate stage makes the figures that count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from shared.slices.framing import to_input
from training.tumor.network import TimmNetwork, class_maps
from training.tumor.slices import LabelledSlices
from training.tumor.synthesis import box_slices


@dataclass(frozen=True)
class Validation:
    """Figures on the validation part: macro-F1, and on boxed slices how often the map's maximum
    lies in the box and how much of its positive part does (0..1 each)."""

    macro_f1: float
    pointing: float
    energy: float


@torch.inference_mode()
def validate(
    network: TimmNetwork, slices: LabelledSlices, size: int, *, batch_size: int = 64
) -> Validation:
    """Measure a network on framed slices, without augmentation."""
    network.eval()
    device = next(network.parameters()).device
    logits: list[NDArray[np.float32]] = []
    maps: list[NDArray[np.float32]] = []
    for start in range(0, len(slices), batch_size):
        pixels = slices.pixels[start : start + batch_size].astype(np.float32) / np.float32(255)
        batch = torch.from_numpy(to_input(pixels)).to(device)
        batch = F.interpolate(batch, size=(size, size), mode="bilinear", antialias=True)
        features = network.forward_features(batch)
        logits.append(network.forward_head(features).cpu().numpy())
        own = class_maps(network, features).cpu().numpy()
        maps.extend(
            each[k] for each, k in zip(own, slices.targets[start : start + batch_size], strict=True)
        )
    answers = np.concatenate(logits).argmax(axis=1)
    hits = [_inside(maps[k], slices.boxes[k], size) for k in np.flatnonzero(slices.boxed)]
    pointing, energy = np.mean(hits, axis=0) if hits else (float("nan"), float("nan"))
    return Validation(
        float(f1_score(slices.targets, answers, average="macro")), float(pointing), float(energy)
    )


def _inside(
    values: NDArray[np.float32], box: NDArray[np.float32], size: int
) -> tuple[float, float]:
    """Whether the maximum of a map lies in a box, and which share of its positive part does."""
    grown = F.interpolate(
        torch.from_numpy(values)[None, None].clamp(min=0), size=(size, size), mode="bilinear"
    )[0, 0].numpy()
    within = np.zeros_like(grown, dtype=bool)
    within[box_slices(box, size)] = True
    hit = within.ravel()[int(grown.argmax())] and grown.max() > 0
    return float(hit), float(grown[within].sum() / max(float(grown.sum()), 1e-9))
