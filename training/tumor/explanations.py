"""What the maps are worth: do they lie on the tumor, and does the answer rest on what they mark?

- Pointing game (Zhang et al. 2016): whether the map's maximum lies in the expert's box. Energy
  (Wang et al. 2020, "Score-CAM"): the share of the map's positive part that lies in the box. Both
  for the true class, drawn back onto the slice, against a point at the centre and a random map.
- Faithfulness: deletion and insertion of what the map marks.
- Randomisation: a map that shows what was learned must change when it is unlearned.
"""

from __future__ import annotations

import copy
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import timm
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.stats import spearmanr
from torch import nn
from tqdm import tqdm

from shared.checkpoint.contract import hash_file
from shared.slices.decode import read_slice
from shared.slices.framing import Window, onto_slice, prepare, to_input
from shared.tumor.evidence import Evidence, score_map
from shared.tumor.gradcam import grad_cam
from shared.tumor.predictor import Predictor, predict
from training.metrics import Figure, bootstrap, proportion, share
from training.tumor.network import TimmNetwork
from training.tumor.slices import (
    BOXES_FILE,
    IMAGES_FOLDER,
    Box,
    FloatImage,
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
    """Score a map over a slice.

    Args:
        values: (H, W), drawn onto the slice; only the positive part counts.
        box: the expert's.

    Returns:
        Both 0 for a map without a positive part.
    """
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
    """Score the maps of slices with boxes, for their true classes.

    Args:
        predictor: of the checkpoint.
        slices: with an expert's box each.
        seed: of the random maps.
        title: of the progress.
    """
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


def localisation(scored: Scored, seed: int) -> dict[str, object]:
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


def faithfulness(
    predictor: Predictor, slices: list[FloatImage], groups: NDArray[np.int64], seed: int
) -> dict[str, object]:
    """Do the maps show what the answers rest on? Deletion and insertion against random places.

    What a map marks is filled in from its surroundings (deletion), or is all that is left sharp
    (insertion). If the answer rests on it, the probability falls, or stays, by more than with the
    same region at random places. The evidence is that of the Space, for the answered class.

    Args:
        predictor: the checkpoint.
        slices: (H, W) each, with a tumor.
        groups: (N,) near-duplicate group of each.
        seed: of the random places.
    """
    evidence: list[Evidence] = []
    for pixels in tqdm(slices, desc="deletion and insertion", unit="slice"):
        answer = predict(predictor, pixels)
        evidence.append(score_map(predictor, answer, grad_cam(predictor, answer), seed=seed))
    verdicts = Counter(tested.verdict for tested in evidence)

    def mean(values: list[float]) -> object:
        return bootstrap(share(np.array(values)), groups, seed=seed)

    drops = [tested.probability - tested.probability_without for tested in evidence]
    return {
        "maps_better_than_nine_in_ten_random_places": mean(
            [float(tested.verdict == "points") for tested in evidence]
        ),
        "random_places_beaten_by_deletion": mean([tested.deletion_beats for tested in evidence]),
        "random_places_beaten_by_insertion": mean([tested.insertion_beats for tested in evidence]),
        "fall_of_probability_by_deletion": mean(drops),
        "marked_share_of_the_picture": mean([tested.marked_share for tested in evidence]),
        "verdicts": dict(verdicts),
    }


def cascade(network: TimmNetwork) -> list[tuple[str, list[nn.Module]]]:
    """The parts of a timm network from the top down, with names."""
    parts: list[tuple[str, list[nn.Module]]] = [("classifier", [network.get_classifier()])]
    children = [(n, m) for n, m in network.named_children() if m is not network.get_classifier()]
    for name, module in reversed(children):
        if isinstance(module, nn.Sequential):
            parts += [(f"{name}.{k}", [block]) for k, block in reversed(list(enumerate(module)))]
        elif any(True for _ in module.parameters()):
            parts.append((name, [module]))
    return parts


def draw_anew(modules: list[nn.Module]) -> None:
    """Give every layer of some modules fresh weights."""
    for module in modules:
        for layer in module.modules():
            if hasattr(layer, "reset_parameters"):
                layer.reset_parameters()


def maps_of(network: TimmNetwork, batch: torch.Tensor, targets: list[int]) -> list[np.ndarray]:
    """Grad-CAM at the last feature map, for a linear head: features weighted by the class's row."""
    with torch.inference_mode():
        features = network.forward_features(batch)
        rows = network.get_classifier().weight[targets]
        return list(torch.einsum("bchw,bc->bhw", features, rows).numpy())


def randomisation(
    folder: Path, slices: list[FloatImage], size: int, seed: int
) -> dict[str, Figure]:
    """Similarity of the maps after each further part was drawn anew.

    A map that shows what was learned must change when it is unlearned (Adebayo et al. 2018, "Sanity
    Checks for Saliency Maps"). Cascading from the top, one block after the other is drawn anew, and
    the map of the same class is compared with the original by Spearman's rank correlation.

    Args:
        folder: a checkpoint whose network ends in pooling and one linear layer.
        slices: (H, W) each.
        size: side of the network's input.
        seed: of the fresh weights.

    Returns:
        By part, from the top down, the mean rank correlation with the original map (-1..1).
    """
    torch.manual_seed(seed)
    network: TimmNetwork = timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
    batch = torch.from_numpy(to_input(np.stack([prepare(s, size).pixels for s in slices])))
    with torch.inference_mode():
        targets = network(batch).argmax(dim=1).tolist()
    before = maps_of(network, batch, targets)
    changed: TimmNetwork = copy.deepcopy(network)
    by_part: dict[str, Figure] = {}
    for name, modules in cascade(changed):
        draw_anew(modules)
        after = maps_of(changed, batch, targets)
        pairs = zip(before, after, strict=True)
        alike = np.array([spearmanr(b.ravel(), a.ravel()).statistic for b, a in pairs])
        label = f"random down to {name}"
        by_part[label] = bootstrap(share(np.nan_to_num(alike)), np.arange(len(alike)), seed=seed)
    return by_part
