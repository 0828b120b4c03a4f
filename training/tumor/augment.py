"""What an epoch shows: slices with tumors pasted or erased, in another framing, contrast, quality.

None of the changes says anything about a tumor, so that the network cannot lean on what they
change. Those of whole batches (`augment`) work on the device of their input. All draw from the
given generators, so that a run repeats.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from training.tumor.slices import FloatImage, LabelledSlices
from training.tumor.synthesis import NO_BOX, Sample, box_slices, erase, healthy_patch, paste

PASTE_SHARE, CONTROL_SHARE = 0.35, 0.12  # of healthy slices
ERASE_SHARE = 0.4  # of boxed slices
JPEG_SHARE = 0.2
RARE_BOXES = 300  # a class with fewer boxed slices than this shows them three times an epoch
TURNED_SHARE = 0.06  # of slices turned by a quarter or more, as odd exports are
STRIPPED_SHARE = 0.06  # of slices that lose skull and scalp, as in skull-stripped sets
BORDER_SHARE = 0.15
BLUR_SHARE, COARSE_SHARE, NOISE_SHARE = 0.25, 0.3, 0.5


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
        rows = order[start : start + batch_size]
        samples = [changed(slices, int(k), healthy, rng) for k in rows]
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
        pixels = recompressed(sample.pixels, int(rng.integers(25, 90)))
        return Sample(pixels, sample.target, sample.box)
    return sample


def _pasted(
    slices: LabelledSlices, host: Sample, healthy: int, tumor: bool, rng: np.random.Generator
) -> Sample | None:
    """The host with a tumor, or as a control with healthy tissue, of another slice."""
    target = int(rng.choice(np.unique(slices.targets[slices.boxed])))
    donors = np.flatnonzero(slices.boxed & (slices.targets == target))
    donor = sample_at(slices, int(rng.choice(donors)))
    if tumor:
        return paste(host, donor, rng)
    other = sample_at(slices, int(rng.choice(np.flatnonzero(slices.targets == healthy))))
    patch = healthy_patch(other, donor.box, rng)
    mixed = paste(host, patch, rng) if patch else None
    return mixed and Sample(mixed.pixels, healthy, NO_BOX)


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


def augment(
    pixels: Tensor, masks: Tensor, size: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """One random view of each slice.

    Args:
        pixels: (B, 1, H, W) float32 in 0..1.
        masks: (B, 1, H, W) float32, 1 inside the box; moved along with the pixels.
        size: side of the result, pixels.
        generator: on the CPU; source of all randomness.

    Returns:
        Pixels (B, 1, size, size) in 0..1 and masks of the same shape.
    """
    pixels, masks = reframe(pixels, masks, size, generator)
    pixels = strip(pixels, generator)
    pixels = degrade(recolour(pixels, generator), generator)
    return blacken_border(pixels, generator), masks


def uniform(count: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    """(count,) float32 between low and high."""
    return torch.rand(count, generator=generator) * (high - low) + low


def chosen(count: int, share: float, generator: torch.Generator) -> Tensor:
    """(count,) booleans, true with probability `share`."""
    return torch.rand(count, generator=generator) < share


def some(count: int, share: float, low: float, high: float, generator: torch.Generator) -> Tensor:
    """(count,) a number between low and high with probability `share`, else 0."""
    picked = chosen(count, share, generator)
    return torch.where(picked, uniform(count, low, high, generator), torch.zeros(count))


def per_slice(values: Tensor, pixels: Tensor) -> Tensor:
    """(B,) values as (B, 1, 1, 1) on the device of the pixels, to meet (B, 1, H, W)."""
    return values.to(pixels.device).view(-1, 1, 1, 1)


def reframe(
    pixels: Tensor, masks: Tensor, size: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Turn, mirror, scale, squeeze and shift: an affine map drawn for each slice."""
    count = len(pixels)
    angle = uniform(count, -0.4, 0.4, generator)
    quarter = torch.randint(1, 4, (count,), generator=generator) * (math.pi / 2)
    angle = angle + torch.where(chosen(count, TURNED_SHARE, generator), quarter, torch.zeros(count))
    zoom = torch.exp(uniform(count, math.log(0.8), math.log(1.35), generator))
    squeeze = torch.exp(uniform(count, -0.16, 0.16, generator))
    flip = torch.where(chosen(count, 0.5, generator), -1.0, 1.0)
    cosine, sine = torch.cos(angle), torch.sin(angle)
    right, down = (uniform(count, -0.12, 0.12, generator) for _ in range(2))
    across = torch.stack([flip * zoom * squeeze * cosine, -zoom * sine, right], 1)
    along = torch.stack([flip * zoom * sine, zoom / squeeze * cosine, down], 1)
    rows = torch.stack([across, along], 1).to(pixels.device)
    grid = F.affine_grid(rows, [count, 1, size, size], align_corners=False)
    both = F.grid_sample(torch.cat([pixels, masks], 1), grid, align_corners=False)
    return both[:, :1], both[:, 1:]


def recolour(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Gamma, a random monotone curve, gain, and a smooth field of uneven sensitivity."""
    count = len(pixels)
    gamma = torch.exp(uniform(count, math.log(0.6), math.log(1.7), generator))
    pixels = pixels.clamp(0, 1) ** per_slice(gamma, pixels)
    bend = per_slice(uniform(count, -0.12, 0.12, generator), pixels)
    pixels = pixels + bend * torch.sin(2 * math.pi * pixels)
    knots = torch.randn(count, 1, 4, 4, generator=generator).to(pixels.device) * 0.18
    field = F.interpolate(knots, size=pixels.shape[-2:], mode="bicubic", align_corners=True)
    gain = per_slice(torch.exp(uniform(count, -0.35, 0.25, generator)), pixels)
    lift = per_slice(some(count, 0.15, 0, 0.15, generator), pixels)
    return (pixels * torch.exp(field) * gain + lift).clamp(0, 1)


def degrade(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Blur, a coarser grid, ringing by over-sharpening, and noise, each for some slices."""
    count = len(pixels)
    smooth = F.avg_pool2d(F.pad(pixels, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    smooth = F.avg_pool2d(F.pad(smooth, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    amount = some(count, BLUR_SHARE, -0.8, 1.0, generator)  # below 0 it sharpens
    pixels = torch.lerp(pixels, smooth, per_slice(amount, pixels))
    coarse_ones = per_slice(chosen(count, COARSE_SHARE, generator), pixels)
    factor = float(uniform(1, 0.35, 0.8, generator))
    coarse = F.interpolate(pixels, scale_factor=factor, mode="bilinear", antialias=True)
    coarse = F.interpolate(coarse, size=pixels.shape[-2:], mode="bilinear", align_corners=False)
    pixels = torch.where(coarse_ones, coarse, pixels)
    strength = some(count, NOISE_SHARE, 0, 0.07, generator)
    noise = torch.randn(pixels.shape, generator=generator).to(pixels.device)
    return (pixels + noise * per_slice(strength, pixels)).clamp(0, 1)


def strip(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Take the outer ring off some heads, roughly as skull stripping does."""
    count, size = len(pixels), pixels.shape[-1]
    line = torch.linspace(-1, 1, size)
    radius = torch.hypot(
        line.view(1, 1, -1) / uniform(count, 0.6, 0.8, generator).view(-1, 1, 1),
        line.view(1, -1, 1) / uniform(count, 0.65, 0.85, generator).view(-1, 1, 1),
    )
    inside = (radius < 1).float().unsqueeze(1).to(pixels.device)
    which = per_slice(chosen(count, STRIPPED_SHARE, generator), pixels)
    return torch.where(which, pixels * inside, pixels)


def blacken_border(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Black bars at the edges of some slices, as letterboxed exports have."""
    count, size = len(pixels), pixels.shape[-1]
    place = torch.arange(size).view(1, -1)
    edges = (torch.rand(4, count, generator=generator) * 0.12 * size).long()
    columns = (place >= edges[0].view(-1, 1)) & (place < size - edges[1].view(-1, 1))
    rows = (place >= edges[2].view(-1, 1)) & (place < size - edges[3].view(-1, 1))
    kept = (rows.unsqueeze(2) & columns.unsqueeze(1)).unsqueeze(1).to(pixels.device)
    which = per_slice(chosen(count, BORDER_SHARE, generator), pixels)
    return torch.where(which & ~kept, torch.zeros_like(pixels), pixels)
