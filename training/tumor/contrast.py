"""Contrasts of other sequences: what is bright in T1 is dark in T2, and the network must not care.

The tumors of the public set are T1 with contrast agent; visitors bring T2 and FLAIR too. No scan of
one sequence can be turned into another from its pixels alone, but a random tone curve that keeps
air black and may rise and fall shows the network the same anatomy with grey matter, white matter
and fluid in any order (after Zhou et al. 2019, "Models Genesis", and Ouyang et al. 2022,
"Causality-inspired single-source domain generalization", which use such curves to the same end).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatImage = NDArray[np.float32]
AIR = 0.05  # brightness up to which a curve stays as it is: air remains black
KNOTS = 5
LEVELS = 64  # of the histograms that are matched


def tone_curve(pixels: FloatImage, rng: np.random.Generator) -> FloatImage:
    """Send brightness through a random smooth curve that leaves air black.

    A third of the curves rises, a third falls, a third does either from knot to knot.

    Args:
        pixels: (H, W) float32 in 0..1.
        rng: source of randomness.

    Returns:
        (H, W) float32 in 0..1.
    """
    at = np.concatenate([[0, AIR], np.linspace(0.2, 1, KNOTS)])
    levels = rng.uniform(0.08, 1, KNOTS)
    kind = rng.integers(3)
    if kind < 2:
        levels = np.sort(levels)[:: 1 if kind == 0 else -1]
    values = np.concatenate([[0, 0.3 * levels[0]], levels])
    return np.interp(pixels, at, values).astype(np.float32)


def like_histogram(pixels: FloatImage, reference: FloatImage) -> FloatImage:
    """Give the tissue of a slice the histogram of another slice's tissue; air stays as it is.

    Args:
        pixels: (H, W) float32 in 0..1.
        reference: (h, w) float32 in 0..1, the slice whose style is taken over.
    """
    tissue, wanted = pixels[pixels > AIR], reference[reference > AIR]
    if tissue.size < LEVELS or wanted.size < LEVELS:
        return pixels
    shares = np.linspace(0, 1, LEVELS)
    own, theirs = np.quantile(tissue, shares), np.quantile(wanted, shares)
    matched = np.interp(pixels, own + 1e-6 * np.arange(LEVELS), theirs)
    return np.where(pixels > AIR, matched, pixels).astype(np.float32)
