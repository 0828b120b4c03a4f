"""Lesions drawn into healthy slices of any sequence.

The public set shows tumors in T1 with contrast agent only, so a network learns that a tumor is what
lights up there, and calls large bright masses in T2 and FLAIR healthy. Drawn lesions show it the
forms instead: infiltrating and bright, a ring around a dead core, dark without contrast agent, even
and sharply bounded at the dura. Brightness follows the tissue of the slice that a lesion is drawn
into, so that the same code serves every sequence. Small bright spots, as ageing and multiple
sclerosis leave them, are drawn too and stay healthy.

The idea is that of training on synthetic lesions (e.g. Billot et al. 2023, "SynthSeg"; Hu et al.
2023, "Label-free liver tumor segmentation"), in two dimensions and by simple means.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import map_coordinates

FloatImage = NDArray[np.float32]
Rng = np.random.Generator
TRIES = 12
CORE = 1.35  # of the radius: how far a lesion's box reaches with its uneven rim


@dataclass(frozen=True)
class Lesion:
    """A drawn lesion.

    Attributes:
        pixels: (S, S) float32 in 0..1, the slice with the lesion.
        box: (4,) float32: left, top, right, bottom as fractions of the square.
    """

    pixels: FloatImage
    box: NDArray[np.float32]


def clouds(size: int, cells: int, rng: Rng) -> FloatImage:
    """(size, size) smooth noise of about unit spread, `cells` grains a side."""
    grains = rng.normal(size=(cells, cells)).astype(np.float32)
    picture = Image.fromarray(grains).resize((size, size), Image.Resampling.BICUBIC)
    return np.asarray(picture, dtype=np.float32)


def distance(size: int, centre: tuple[float, float], radius: float, rough: float, rng: Rng
             ) -> FloatImage:  # fmt: skip
    """(size, size) distance from a centre over the radius, stretched, turned and with an uneven
    rim; 1 is the rim."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    y, x = y - centre[0], x - centre[1]
    turn, stretch = rng.uniform(0, np.pi), np.exp(rng.uniform(-0.35, 0.35))
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    plain = np.hypot(along * stretch, across / stretch) / radius
    uneven = clouds(size, max(3, round(size / (1.6 * radius))), rng)
    return np.asarray(plain + rough * uneven, dtype=np.float32)


def inside(field: FloatImage, edge: float, width: float) -> FloatImage:
    """1 where a field lies under the edge, falling to 0 within `width`."""
    return np.clip((edge + width - field) / (2 * width), 0, 1).astype(np.float32)


def pushed(pixels: FloatImage, centre: tuple[float, float], radius: float, amount: float
           ) -> FloatImage:  # fmt: skip
    """Tissue pushed away from a centre, as a growing mass does.

    Args:
        pixels: (S, S).
        centre: row and column, pixels.
        radius: of the mass, pixels.
        amount: 0 pushes nothing, 0.6 much.
    """
    size = pixels.shape[0]
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    dy, dx = y - centre[0], x - centre[1]
    pull = 1 - amount * np.exp(-((np.hypot(dy, dx) / (1.6 * radius)) ** 2))
    at = np.stack([centre[0] + dy * pull, centre[1] + dx * pull])
    return np.asarray(map_coordinates(pixels, at, order=1, mode="nearest"), dtype=np.float32)


def place(mask: NDArray[np.bool_], rng: Rng) -> tuple[float, float]:
    """A random spot of a mask: row and column, pixels."""
    spots = np.argwhere(mask)
    row, column = spots[rng.integers(len(spots))]
    return float(row), float(column)


def glioma(pixels: FloatImage, brain: NDArray[np.bool_], rng: Rng) -> Lesion:
    """An infiltrating mass within the brain: bright, a ring, dark, or of several parts.

    Args:
        pixels: (S, S) float32 in 0..1.
        brain: (S, S) booleans, where a lesion may lie; not empty.
        rng: source of randomness.
    """
    size = len(pixels)
    radius = size * float(np.exp(rng.uniform(np.log(0.045), np.log(0.17))))
    centre = place(brain, rng)
    if rng.random() < 0.5:
        pixels = pushed(pixels, centre, radius, rng.uniform(0.1, 0.5))
    field = distance(size, centre, radius, rng.uniform(0.1, 0.35), rng)
    level, spread = _tissue(pixels, brain)
    up = 1 if rng.random() < 0.65 else -1  # fluid around a tumor is bright in T2, dark in T1
    oedema = inside(field, rng.uniform(1.2, 2.4), rng.uniform(0.1, 0.5)) * brain
    pixels = pixels + oedema * up * rng.uniform(0, 0.3) * (0.6 + 2 * spread)
    mass = inside(field, 1, rng.uniform(0.05, 0.25)) * brain
    texture = rng.uniform(0.01, 0.08) * clouds(size, round(size / rng.uniform(4, 14)), rng)
    body, rim = _levels_of_glioma(level, rng)
    pixels = pixels * (1 - mass) + mass * (body + texture)
    if rim is not None:
        thick = rng.uniform(0.08, 0.28)
        ring = mass * (1 - inside(field, 1 - thick, 0.08))
        patchy = np.clip(0.8 + 0.3 * clouds(size, 12, rng), 0.2, 1.2)
        pixels = pixels + ring * patchy * (rim - body)
    return Lesion(np.clip(pixels, 0, 1).astype(np.float32), _box(mass))


def _levels_of_glioma(level: float, rng: Rng) -> tuple[float, float | None]:
    """Brightness of the body and of the rim, over the tissue's; no rim for some."""
    kind = rng.random()
    if kind < 0.35:  # bright all over, as in T2 and FLAIR
        return level + rng.uniform(0.15, 0.55), None
    if kind < 0.5:  # dark, as in T1 without contrast agent
        return level * rng.uniform(0.2, 0.7), None
    if kind < 0.85:  # a rim that takes up contrast agent around a dead core
        return level * rng.uniform(0.15, 1.0), level + rng.uniform(0.2, 0.7)
    return level + rng.uniform(0.2, 0.5), level * rng.uniform(0.5, 1.0)


def meningioma(pixels: FloatImage, brain: NDArray[np.bool_], rng: Rng) -> Lesion:
    """An even, sharply bounded mass at the surface of the brain; arguments as for `glioma`."""
    size = len(pixels)
    radius = size * float(np.exp(rng.uniform(np.log(0.04), np.log(0.14))))
    centre = place(_edge(brain, radius), rng)
    if rng.random() < 0.6:
        pixels = pushed(pixels, centre, radius, rng.uniform(0.1, 0.5))
    field = distance(size, centre, radius, rng.uniform(0.02, 0.12), rng)
    level, spread = _tissue(pixels, brain)
    near = brain | (field < 0.6)
    if rng.random() < 0.35:
        oedema = inside(field, rng.uniform(1.3, 2.2), 0.3) * brain
        pixels = pixels + oedema * rng.choice([-1, 1]) * rng.uniform(0.05, 0.25) * (0.6 + spread)
    mass = inside(field, 1, rng.uniform(0.03, 0.1)) * near
    lift = rng.uniform(0.22, 0.65) if rng.random() < 0.7 else rng.uniform(0.1, 0.25)
    texture = rng.uniform(0.005, 0.05) * clouds(size, round(size / rng.uniform(4, 12)), rng)
    pixels = pixels * (1 - mass) + mass * (level + lift + texture)
    return Lesion(np.clip(pixels, 0, 1).astype(np.float32), _box(mass))


def spots(pixels: FloatImage, brain: NDArray[np.bool_], rng: Rng) -> FloatImage:
    """Small bright spots in the white matter: no tumor. Arguments as for `glioma`."""
    size, level = len(pixels), _tissue(pixels, brain)[0]
    for _ in range(int(rng.integers(1, 9))):
        radius = size * rng.uniform(0.006, 0.022)
        field = distance(size, place(brain, rng), radius, 0.2, rng)
        spot = inside(field, 1, 0.3) * rng.uniform(0.5, 1)
        pixels = pixels * (1 - spot) + spot * (level + rng.uniform(0.1, 0.4))
    return np.clip(pixels, 0, 1).astype(np.float32)


def _tissue(pixels: FloatImage, brain: NDArray[np.bool_]) -> tuple[float, float]:
    """Mean and spread of the brain's brightness."""
    values = pixels[brain]
    return float(values.mean()), float(values.std())


def _edge(brain: NDArray[np.bool_], radius: float) -> NDArray[np.bool_]:
    """The part of a mask within about a radius of its rim; the mask itself where that is empty."""
    step = max(1, round(0.6 * radius))
    deep = brain.copy()
    for axis in (0, 1):
        for by in (-step, step):
            deep &= np.roll(brain, by, axis=axis)
    edge = brain & ~deep
    return edge if edge.any() else brain


def _box(mass: FloatImage) -> NDArray[np.float32]:
    """The box around a mass, as fractions of the square; the middle of it where it is empty."""
    solid = mass > 0.5
    if not solid.any():
        return np.array([0.45, 0.45, 0.55, 0.55], dtype=np.float32)
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    edges = [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]
    return (np.array(edges, dtype=np.float32) / len(mass)).astype(np.float32)
