"""Does the answer rest on what the map marks? Deletion and insertion, and the randomisation check.

Both ask the network itself; whether a map also lies on the tumor is asked in `localisation`.
"""

import copy
from collections import Counter
from pathlib import Path

import numpy as np
import timm
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr
from torch import nn
from tqdm import tqdm

from shared.slices.framing import prepare, to_input
from shared.tumor.evidence import Evidence, score_map
from shared.tumor.gradcam import grad_cam
from shared.tumor.predictor import Predictor, predict
from training.metrics import Figure, bootstrap, share
from training.tumor.network import TimmNetwork
from training.tumor.slices import FloatImage


def measure(
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
