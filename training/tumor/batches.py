"""Which slices an epoch shows, and what is done to each before it reaches the network."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from training.tumor.augment import augment
from training.tumor.slices import LabelledSlices
from training.tumor.synthesis import FloatImage, Sample, box_slices, erase, healthy_patch, paste

PASTE_SHARE, CONTROL_SHARE = 0.35, 0.12  # of healthy slices
ERASE_SHARE = 0.4  # of boxed slices
JPEG_SHARE = 0.2
RARE_BOXES = 300  # a class with fewer boxed slices than this shows them three times an epoch


@dataclass(frozen=True)
class Batch:
    """What one step sees.

    Attributes:
        pixels: (B, 3, S, S) float32, normalised.
        masks: (B, 1, S, S) float32, 1 inside a box.
        targets: (B,) int64.
    """

    pixels: Tensor
    masks: Tensor
    targets: Tensor


def epoch_order(slices: LabelledSlices, rng: np.random.Generator) -> NDArray[np.int64]:
    """Every slice once in random order; boxed slices of classes with few boxes two times more."""
    counts = np.bincount(slices.targets[slices.boxed], minlength=int(slices.targets.max()) + 1)
    rare = np.flatnonzero(slices.boxed & (counts[slices.targets] < RARE_BOXES))
    return rng.permutation(np.concatenate([np.arange(len(slices)), rare, rare]))


def epoch_batches(
    slices: LabelledSlices, healthy: int, *, size: int, batch_size: int, seed: int, epoch: int
) -> Iterator[Batch]:
    """The batches of one epoch; the same for the same seed and epoch.

    Args:
        slices: what to train on.
        healthy: index of the class without a tumor.
        size: side of the network's input, pixels.
        batch_size: slices a batch; an incomplete last batch is left out.
        seed, epoch: fix all randomness.
    """
    rng = np.random.default_rng((seed, epoch))
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    order = epoch_order(slices, rng)
    for start in range(0, len(order) - batch_size + 1, batch_size):
        samples = [changed(slices, int(k), healthy, rng) for k in order[start : start + batch_size]]
        yield assemble(samples, size, generator)


def steps_per_epoch(slices: LabelledSlices, batch_size: int) -> int:
    """How many batches `epoch_batches` yields."""
    return len(epoch_order(slices, np.random.default_rng(0))) // batch_size


def sample_at(slices: LabelledSlices, index: int) -> Sample:
    """One slice as float32."""
    pixels = slices.pixels[index].astype(np.float32) / np.float32(255)
    return Sample(pixels, int(slices.targets[index]), slices.boxes[index])


def changed(slices: LabelledSlices, index: int, healthy: int, rng: np.random.Generator) -> Sample:
    """A slice, with a tumor pasted in or erased now and then, and now and then recompressed."""
    sample = sample_at(slices, index)
    draw = rng.random()
    new = None
    if sample.target == healthy and draw < PASTE_SHARE + CONTROL_SHARE and slices.boxed.any():
        new = _pasted(slices, sample, healthy, draw < PASTE_SHARE, rng)
    elif slices.boxed[index] and draw < ERASE_SHARE:
        new = erase(sample, healthy, rng)
    sample = new or sample
    if rng.random() < JPEG_SHARE:
        return Sample(
            recompressed(sample.pixels, int(rng.integers(25, 90))), sample.target, sample.box
        )
    return sample


def _pasted(
    slices: LabelledSlices, host: Sample, healthy: int, tumor: bool, rng: np.random.Generator
) -> Sample | None:
    """The host with a tumor, or as a control with healthy tissue, of another slice."""
    target = int(rng.choice(np.unique(slices.targets[slices.boxed])))
    donor = sample_at(
        slices, int(rng.choice(np.flatnonzero(slices.boxed & (slices.targets == target))))
    )
    if tumor:
        return paste(host, donor, rng)
    other = sample_at(slices, int(rng.choice(np.flatnonzero(slices.targets == healthy))))
    patch = healthy_patch(other, donor.box, rng)
    mixed = paste(host, patch, rng) if patch else None
    return mixed and Sample(mixed.pixels, healthy, np.full(4, np.nan, dtype=np.float32))


def recompressed(pixels: FloatImage, quality: int) -> FloatImage:
    """A picture after JPEG of `quality` (1..95)."""
    stream = io.BytesIO()
    Image.fromarray(np.rint(pixels * 255).astype(np.uint8)).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream), dtype=np.float32) / np.float32(255)


def assemble(samples: list[Sample], size: int, generator: torch.Generator) -> Batch:
    """Stack samples, draw a view of each, normalise."""
    pixels = torch.from_numpy(np.stack([s.pixels for s in samples])).unsqueeze(1)
    masks = torch.zeros_like(pixels)
    for mask, sample in zip(masks, samples, strict=True):
        if not np.isnan(sample.box[0]):
            mask[0][box_slices(sample.box, mask.shape[-1])] = 1
    pixels, masks = augment(pixels, masks, size, generator)
    targets = torch.tensor([s.target for s in samples])
    return Batch((pixels * 2 - 1).expand(-1, 3, -1, -1), masks, targets)
