"""Does the map lie on the tumor? Pointing game and energy inside the expert's box.

Pointing game (Zhang et al. 2016): whether the map's maximum lies in the box. Energy (Wang et al.
2020, "Score-CAM"): the share of the map's positive part that lies in the box. Both for the true
class, drawn back onto the slice, against a point at the picture's centre and a random map.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from tqdm import tqdm

from shared.checkpoint.contract import hash_file
from shared.slices.decode import read_slice
from shared.slices.framing import Window, onto_slice
from shared.tumor.gradcam import grad_cam
from shared.tumor.predictor import Predictor, predict
from training.metrics import Figure, bootstrap, proportion, share
from training.tumor.slices import (
    BOXES_FILE,
    IMAGES_FOLDER,
    Box,
    class_of,
    read_boxes,
    read_labels,
)

FloatMap = NDArray[np.float32]
FOLDER = "localisation"
SPREAD = 0.08  # of the side: how far the map of a point at the centre reaches


@dataclass(frozen=True)
class Boxed:
    """A slice with an expert's box and its true class."""

    path: Path
    box: Box
    label: str
    group: int


@dataclass(frozen=True)
class Hit:
    """Pointing (0 or 1) and energy (0..1) of one map."""

    pointing: float
    energy: float


def held_out(data: Path) -> list[Boxed]:
    """The slices of `localisation/`, which no stage of training has seen."""
    table = data / FOLDER / "boxes.csv"
    boxes, labels = read_boxes(table), read_labels(table)
    return [Boxed(data / FOLDER / f, boxes[f], labels[f], k) for k, f in enumerate(sorted(boxes))]


def held_out_digest(data: Path) -> str:
    """sha256 over the table of boxes and the slices of `localisation/`."""
    table = data / FOLDER / "boxes.csv"
    files = (data / FOLDER / name for name in sorted(read_boxes(table)))
    lines = "\n".join(hash_file(path) for path in (table, *files))
    return hashlib.sha256(lines.encode()).hexdigest()


def boxed_part(data: Path, files: list[str], groups: dict[str, int]) -> list[Boxed]:
    """The slices of a part that have a box."""
    boxes = read_boxes(data / BOXES_FILE)
    return [
        Boxed(data / IMAGES_FOLDER / f, boxes[f], class_of(f), groups[f])
        for f in files
        if f in boxes
    ]


def hit(values: FloatMap, box: Box) -> Hit:
    """How a map (H, W) on the slice lies in a box; both 0 for a map without a positive part."""
    height, width = values.shape
    positive = np.clip(values, 0, None)
    if positive.max() <= 0:
        return Hit(0.0, 0.0)
    y, x = np.unravel_index(int(positive.argmax()), positive.shape)
    inside = (
        box.left <= (x + 0.5) / width <= box.right and box.top <= (y + 0.5) / height <= box.bottom
    )
    rows = slice(round(box.top * height), round(box.bottom * height))
    columns = slice(round(box.left * width), round(box.right * width))
    return Hit(float(inside), float(positive[rows, columns].sum() / positive.sum()))


def centre_map(shape: tuple[int, int]) -> FloatMap:
    """A point at the picture's centre, spread a little."""
    y, x = np.mgrid[-0.5 : 0.5 : shape[0] * 1j, -0.5 : 0.5 : shape[1] * 1j]
    return np.exp(-(x**2 + y**2) / (2 * SPREAD**2)).astype(np.float32)


def random_map(
    shape: tuple[int, int], cells: tuple[int, int], rng: np.random.Generator
) -> FloatMap:
    """A smooth random map of as many cells as the network's."""
    cloud = gaussian_filter(rng.normal(size=cells), 1).astype(np.float32)
    return onto_slice(cloud, Window(0, 0, max(shape)), shape)


@dataclass(frozen=True)
class Scored:
    """How the maps of N slices with boxes lie, beside two yardsticks.

    Attributes:
        hits: N of the map, of a point at the centre, of a random map, by these names.
        groups: (N,) near-duplicate groups.
        labels: (N,) true classes.
    """

    hits: dict[str, list[Hit]]
    groups: NDArray[np.int64]
    labels: NDArray[np.str_]

    def of_map(self, name: str) -> NDArray[np.float64]:
        """(N,) "pointing" or "energy" of the map."""
        return np.array([getattr(row, name) for row in self.hits["map"]])


def score(predictor: Predictor, slices: Iterable[Boxed], seed: int, title: str) -> Scored:
    """Score the maps of slices with boxes, for their true classes, beside drawn random maps."""
    boxed = list(slices)
    rng = np.random.default_rng(seed)
    rows: dict[str, list[Hit]] = {"map": [], "centre": [], "random": []}
    for sample in tqdm(boxed, desc=title, unit="slice"):
        pixels = read_slice(sample.path).pixels
        answer = predict(predictor, pixels)
        values = grad_cam(predictor, answer, target=sample.label).values
        shape = (pixels.shape[0], pixels.shape[1])
        rows["map"].append(hit(onto_slice(values, answer.prepared.window, shape), sample.box))
        rows["centre"].append(hit(centre_map(shape), sample.box))
        cells = (values.shape[0], values.shape[1])
        rows["random"].append(hit(random_map(shape, cells, rng), sample.box))
    groups = np.array([sample.group for sample in boxed])
    return Scored(rows, groups, np.array([sample.label for sample in boxed]))


def section(scored: Scored, seed: int) -> dict[str, object]:
    """Figures of pointing and energy, the same of the two yardsticks, and by class."""
    of_map, groups, labels = scored.hits["map"], scored.groups, scored.labels
    by_class = {
        label: figures([h for h, own in zip(of_map, labels, strict=True) if own == label],
                       groups[labels == label], seed)
        for label in sorted(set(labels))
    }  # fmt: skip
    return {
        **figures(of_map, groups, seed),
        "centre": figures(scored.hits["centre"], groups, seed),
        "random": figures(scored.hits["random"], groups, seed),
        "by_class": by_class,
    }


def figures(hits: list[Hit], groups: NDArray[np.int64], seed: int) -> dict[str, Figure]:
    """Pointing and energy with their intervals."""
    return {
        "pointing": proportion(np.array([h.pointing > 0 for h in hits]), groups, seed=seed),
        "energy": bootstrap(share(np.array([h.energy for h in hits])), groups, seed=seed),
    }
