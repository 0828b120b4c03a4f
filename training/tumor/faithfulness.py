"""Do the maps show what the answers rest on? The Space's own evidence, over a sample of slices."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from shared.tumor.evidence import Evidence, score_map
from shared.tumor.gradcam import grad_cam
from shared.tumor.predictor import Predictor, predict
from training.metrics import bootstrap, share
from training.tumor.passes import FloatImage


def measure(
    predictor: Predictor, slices: list[FloatImage], groups: NDArray[np.int64], seed: int
) -> dict[str, object]:
    """Deletion and insertion of the answered class's map against random places.

    Args:
        predictor: the checkpoint.
        slices: (H, W) each, with a tumor.
        groups: (N,) near-duplicate group of each.
        seed: of the random places.
    """
    found: list[Evidence] = []
    for pixels in tqdm(slices, desc="deletion and insertion", unit="slice"):
        answer = predict(predictor, pixels)
        found.append(score_map(predictor, answer, grad_cam(predictor, answer), seed=seed))
    verdicts = Counter(each.verdict for each in found)

    def mean(values: list[float]) -> object:
        return bootstrap(share(np.array(values)), groups, seed=seed)

    drops = [each.probability - each.probability_without for each in found]
    return {
        "maps_better_than_nine_in_ten_random_places": mean(
            [float(each.verdict == "points") for each in found]
        ),
        "random_places_beaten_by_deletion": mean([each.deletion_beats for each in found]),
        "random_places_beaten_by_insertion": mean([each.insertion_beats for each in found]),
        "fall_of_probability_by_deletion": mean(drops),
        "marked_share_of_the_picture": mean([each.marked_share for each in found]),
        "verdicts": dict(verdicts),
    }
