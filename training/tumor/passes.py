"""Slices through the network of a checkpoint, many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from shared.slices.decode import read_slice
from shared.slices.framing import prepare, to_input
from shared.tumor.gate import pooled
from shared.tumor.predictor import OnnxNetwork, run_network
from training.tumor.slices import IMAGES_FOLDER

FloatImage = NDArray[np.float32]
BATCH = 16


@dataclass(frozen=True)
class Passes:
    """What came out of the network.

    Attributes:
        logits: (N, K) float32.
        pooled: (N, 2 C) float32, what the gate looks at.
    """

    logits: NDArray[np.float32]
    pooled: NDArray[np.float32]


def batches(slices: Iterable[FloatImage], size: int) -> Iterator[list[FloatImage]]:
    """Slices in lists of at most `size`."""
    source = iter(slices)
    while chunk := list(islice(source, size)):
        yield chunk


def through(network: OnnxNetwork, slices: Iterable[FloatImage], size: int) -> Passes:
    """Frame slices and run them through.

    Args:
        network: an open network.
        slices: (H, W) float32 in 0..1 each.
        size: side of the network's input, pixels.
    """
    logits, seen = [], []
    for chunk in batches(slices, BATCH):
        features, row = run_network(
            network, to_input(np.stack([prepare(each, size).pixels for each in chunk]))
        )
        logits.append(row)
        seen.append(pooled(features))
    return Passes(np.concatenate(logits), np.concatenate(seen))


def read_all(data: Path, files: list[str], title: str) -> Iterator[FloatImage]:
    """The slices of a part, as the Space reads them, with progress."""
    for file in tqdm(files, desc=title, unit="slice"):
        yield read_slice(data / IMAGES_FOLDER / file).pixels


def targets_of(files: list[str], labels: tuple[str, ...]) -> NDArray[np.int64]:
    """Index of the true class of each "<class>/<file>"."""
    return np.array([labels.index(file.split("/")[0]) for file in files], dtype=np.int64)
