"""Changes of framing, contrast and quality that say nothing about a tumor.

All functions work on whole batches on the device of their input and draw from the given generator,
so that a run repeats.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

TURNED_SHARE = 0.06  # of slices turned by a quarter or more, as odd exports are
STRIPPED_SHARE = 0.06  # of slices that lose skull and scalp, as in skull-stripped sets
BORDER_SHARE = 0.15
BLUR_SHARE, COARSE_SHARE, NOISE_SHARE = 0.25, 0.3, 0.5


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
    rows = torch.stack(
        [
            torch.stack(
                [
                    flip * zoom * squeeze * cosine,
                    -zoom * sine,
                    uniform(count, -0.12, 0.12, generator),
                ],
                1,
            ),
            torch.stack(
                [
                    flip * zoom * sine,
                    zoom / squeeze * cosine,
                    uniform(count, -0.12, 0.12, generator),
                ],
                1,
            ),
        ],
        1,
    ).to(pixels.device)
    grid = F.affine_grid(rows, [count, 1, size, size], align_corners=False)
    both = F.grid_sample(torch.cat([pixels, masks], 1), grid, align_corners=False)
    return both[:, :1], both[:, 1:]


def recolour(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Gamma, a random monotone curve, gain, and a smooth field of uneven sensitivity."""
    count = len(pixels)
    gamma = torch.exp(uniform(count, math.log(0.6), math.log(1.7), generator)).to(pixels.device)
    pixels = pixels.clamp(0, 1) ** gamma.view(-1, 1, 1, 1)
    bend = uniform(count, -0.12, 0.12, generator).to(pixels.device).view(-1, 1, 1, 1)
    pixels = pixels + bend * torch.sin(2 * math.pi * pixels)
    knots = torch.randn(count, 1, 4, 4, generator=generator).to(pixels.device) * 0.18
    field = F.interpolate(knots, size=pixels.shape[-2:], mode="bicubic", align_corners=True)
    gain = torch.exp(uniform(count, -0.35, 0.25, generator)).to(pixels.device).view(-1, 1, 1, 1)
    lift = torch.where(
        chosen(count, 0.15, generator), uniform(count, 0, 0.15, generator), torch.zeros(count)
    )
    return (pixels * torch.exp(field) * gain + lift.to(pixels.device).view(-1, 1, 1, 1)).clamp(0, 1)


def degrade(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Blur, a coarser grid, ringing by over-sharpening, and noise, each for some slices."""
    count, device = len(pixels), pixels.device
    smooth = F.avg_pool2d(F.pad(pixels, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    smooth = F.avg_pool2d(F.pad(smooth, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    amount = torch.where(
        chosen(count, BLUR_SHARE, generator),
        uniform(count, -0.8, 1.0, generator),
        torch.zeros(count),
    )
    pixels = torch.lerp(pixels, smooth, amount.to(device).view(-1, 1, 1, 1))
    coarse_ones = chosen(count, COARSE_SHARE, generator).to(device).view(-1, 1, 1, 1)
    factor = float(uniform(1, 0.35, 0.8, generator))
    coarse = F.interpolate(pixels, scale_factor=factor, mode="bilinear", antialias=True)
    coarse = F.interpolate(coarse, size=pixels.shape[-2:], mode="bilinear", align_corners=False)
    pixels = torch.where(coarse_ones, coarse, pixels)
    strength = torch.where(
        chosen(count, NOISE_SHARE, generator),
        uniform(count, 0, 0.07, generator),
        torch.zeros(count),
    ).to(device)
    noise = torch.randn(pixels.shape, generator=generator).to(device)
    return (pixels + noise * strength.view(-1, 1, 1, 1)).clamp(0, 1)


def strip(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Take the outer ring off some heads, roughly as skull stripping does."""
    count, size = len(pixels), pixels.shape[-1]
    line = torch.linspace(-1, 1, size)
    radius = torch.hypot(
        line.view(1, 1, -1) / uniform(count, 0.6, 0.8, generator).view(-1, 1, 1),
        line.view(1, -1, 1) / uniform(count, 0.65, 0.85, generator).view(-1, 1, 1),
    )
    inside = (radius < 1).float().unsqueeze(1).to(pixels.device)
    which = chosen(count, STRIPPED_SHARE, generator).to(pixels.device).view(-1, 1, 1, 1)
    return torch.where(which, pixels * inside, pixels)


def blacken_border(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Black bars at the edges of some slices, as letterboxed exports have."""
    count, size = len(pixels), pixels.shape[-1]
    place = torch.arange(size).view(1, -1)
    edges = (torch.rand(4, count, generator=generator) * 0.12 * size).long()
    columns = (place >= edges[0].view(-1, 1)) & (place < size - edges[1].view(-1, 1))
    rows = (place >= edges[2].view(-1, 1)) & (place < size - edges[3].view(-1, 1))
    kept = (rows.unsqueeze(2) & columns.unsqueeze(1)).unsqueeze(1).to(pixels.device)
    which = chosen(count, BORDER_SHARE, generator).to(pixels.device).view(-1, 1, 1, 1)
    return torch.where(which & ~kept, torch.zeros_like(pixels), pixels)
