"""A perceptual hash that near-duplicates share, and the groups that follow from it.

256-bit pHash (Zauner 2010, "Implementation and Benchmarking of Perceptual Image Hash Functions"):
the 16x16 lowest frequencies of the cosine transform of a 64x64 grey copy, each bit whether it lies
over their median.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dctn

FloatImage = NDArray[np.float32]
SIDE, LOW = 64, 16
BLOCK = 512  # rows compared at once, to bound memory


def perceptual_hash(pixels: FloatImage) -> NDArray[np.uint8]:
    """256 bits of a picture, packed.

    Args:
        pixels: (H, W) float32 in 0..1.

    Returns:
        (32,) uint8.
    """
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    small = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BILINEAR), dtype=np.float64)
    low = dctn(small, norm="ortho")[:LOW, :LOW].ravel()
    return np.packbits(low > np.median(low[1:]))


def close_pairs(hashes: NDArray[np.uint8], bits: int) -> Iterator[tuple[int, int]]:
    """Pairs of rows whose hashes differ in at most `bits` bits, the smaller index first.

    Args:
        hashes: (N, 32) uint8.
        bits: largest Hamming distance.
    """
    ones = np.unpackbits(hashes, axis=1).astype(np.float32)
    weights = ones.sum(axis=1)
    for start in range(0, len(ones), BLOCK):
        block = ones[start : start + BLOCK]
        distances = weights[start : start + BLOCK, None] + weights[None] - 2 * block @ ones.T
        for row, column in np.argwhere(distances <= bits + 0.5):
            if start + row < column:
                yield int(start + row), int(column)


def groups_of(count: int, pairs: Iterator[tuple[int, int]]) -> NDArray[np.int64]:
    """Connected components of a graph of pairs.

    Args:
        count: number of nodes.
        pairs: edges between nodes 0..count-1.

    Returns:
        (count,) the smallest member of each node's component.
    """
    parent = list(range(count))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for a, b in pairs:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return np.array([root(node) for node in range(count)])


def hamming(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> int:
    """Number of differing bits of two packed hashes."""
    return int(np.unpackbits(first ^ second).sum())
