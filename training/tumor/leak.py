"""What leaks when slices are split at random, measured without any network.

The answer of the nearest slice by perceptual hash knows nothing of tumors: it is right when it
finds another picture of the same head. Its accuracy under a random split, under the split by
near-duplicates and for unseen patients says how much of a score memory alone can earn.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.metrics import Figure, proportion
from training.tumor.split import UNSEEN

PARTS = ("test", UNSEEN)


def nearest(
    hashes: NDArray[np.uint8], asked: NDArray[np.int64], known: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each asked row the nearest known row, and its distance in bits."""
    bits = np.unpackbits(hashes, axis=1).astype(np.float32)
    ones = bits.sum(axis=1)
    distance = ones[asked, None] + ones[known][None] - 2 * bits[asked] @ bits[known].T
    return known[distance.argmin(axis=1)], distance.min(axis=1).astype(np.int64)


def measure(
    hashes: NDArray[np.uint8],
    classes: NDArray[np.int64],
    part_of: NDArray[np.str_],
    groups: NDArray[np.int64],
    *,
    duplicate_bits: int,
    seed: int,
) -> dict[str, Figure | dict[str, Figure]]:
    """Accuracy of the nearest slice, and the share of slices with a near-duplicate in fit.

    Args:
        hashes: (N, 32) of all slices.
        classes: (N,) true classes.
        part_of: (N,) part of each slice.
        groups: (N,) near-duplicate group of each slice.
        duplicate_bits: bits within which two slices are near-duplicates.
        seed: of the random split.
    """
    shuffled = np.random.default_rng(seed).permutation(part_of)  # the same sizes, no groups
    splits = {"random split": (shuffled, "test")}
    splits |= {f"split by groups, {part.replace('_', ' ')}": (part_of, part) for part in PARTS}
    found: dict[str, Figure | dict[str, Figure]] = {}
    for name, (parts, part) in splits.items():
        asked, known = np.flatnonzero(parts == part), np.flatnonzero(parts == "fit")
        row, bits = nearest(hashes, asked, known)
        right = classes[row] == classes[asked]
        found[name] = {
            "nearest_slice_is_right": proportion(right, groups[asked], seed=seed),
            "near_duplicate_in_fit": proportion(bits <= duplicate_bits, groups[asked], seed=seed),
        }
    return found
