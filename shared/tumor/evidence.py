"""How far to trust a map for this slice: deletion and insertion against the map elsewhere.

What the map marks is filled in from its surroundings (deletion), or is all that is left sharp
(insertion), and the answer is taken again (Petsiuk, Das and Saenko 2018, "RISE"; one step of their
curves, at the marked region). The same is done with the region moved, turned and mirrored at random
within the head, so that size, shape and smoothness are equal and only the place differs. Filled in
instead of blackened: a black patch is itself something that no head shows, and a blur lets a bright
tumor shine through (Rong et al. 2022, "ROAD", on both).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from shared.slices.framing import to_input
from shared.tumor.decision import probabilities
from shared.tumor.heatmap import Heatmap, marked
from shared.tumor.predictor import Answer, Predictor, run_network

FloatImage = NDArray[np.float32]
Verdict = Literal["points", "chance", "empty", "negative"]

TRIALS = 48  # random places; with both tests about 100 passes, half a second on two cores
BETTER_THAN = 0.9  # of the random places: from here a map is said to point
BLUR = 0.09  # of the side of the square: wider than most tumors' texture
REACH = 0.054  # of the side: from how far around a filled place takes its brightness
FAR = 1e-9  # weight of the whole square, which fills what no surroundings reach
ON_HEAD = 0.6  # least share of a random place that lies on the head
TISSUE = 0.04  # brightness under which a pixel is air
BATCH = 8


@dataclass(frozen=True)
class Evidence:
    """What the tests say of a map.

    Attributes:
        verdict: "points" when deletion beats at least nine in ten random places, "chance" when not;
            "empty" or "negative" when there was nothing to test. Of a class map of a tumor it is
            whether the map holds still, where that was measured (`shared.tumor.steadiness`).
        target: class the map speaks for.
        against: class it is compared with, or None.
        probability: of the target, as answered (0..1).
        probability_without: of the target once the marked region is filled in.
        probability_with_only: of the target when only the marked region is sharp.
        deletion_beats: share of random places whose removal changes the answer less (0..1).
        insertion_beats: share of random places that alone bring back less of the answer (0..1).
        trials: number of random places.
        marked_share: share of the square that the map marks (0..1).
    """

    verdict: Verdict
    target: str
    against: str | None
    probability: float
    probability_without: float
    probability_with_only: float
    deletion_beats: float
    insertion_beats: float
    trials: int
    marked_share: float


def score_map(
    predictor: Predictor, answer: Answer, heatmap: Heatmap, *, seed: int = 0, trials: int = TRIALS
) -> Evidence:
    """Test a map.

    Args:
        predictor: the checkpoint that gave the answer.
        answer: the answer that the map explains.
        heatmap: the map.
        seed: fixes the random places.
        trials: number of random places.

    Returns:
        The evidence; the same for the same seed.
    """
    region = marked(heatmap, predictor.size)
    if not region.any():
        return _nothing(answer, heatmap)
    pixels = answer.prepared.pixels
    places = list(random_places(region, pixels > TISSUE, trials, np.random.default_rng(seed)))
    blurred = blur(pixels)
    masks = [region, *places]
    removed = _logits(predictor, [filled_in(pixels, m) for m in masks])
    kept = _logits(predictor, [np.where(m, pixels, blurred) for m in masks])
    return _weighed(predictor, answer, heatmap, removed, kept, float(region.mean()))


def _weighed(
    predictor: Predictor,
    answer: Answer,
    heatmap: Heatmap,
    removed: NDArray[np.float32],
    kept: NDArray[np.float32],
    share: float,
) -> Evidence:
    """Compare the first row, the map itself, with the rows of the random places."""
    deletion = _beats(-_evidence_for(predictor, heatmap, removed))
    insertion = _beats(_evidence_for(predictor, heatmap, kept))
    target = predictor.labels.index(heatmap.target)
    temperature = predictor.decision.temperature_for(answer.unlike)
    return Evidence(
        verdict="points" if deletion >= BETTER_THAN else "chance",
        target=heatmap.target,
        against=heatmap.against,
        probability=answer.probabilities[heatmap.target],
        probability_without=float(probabilities(removed[0], temperature)[target]),
        probability_with_only=float(probabilities(kept[0], temperature)[target]),
        deletion_beats=deletion,
        insertion_beats=insertion,
        trials=len(removed) - 1,
        marked_share=share,
    )


def _nothing(answer: Answer, heatmap: Heatmap) -> Evidence:
    verdict: Verdict = "negative" if heatmap.values.min() < 0 else "empty"
    before = answer.probabilities[heatmap.target]
    return Evidence(
        verdict, heatmap.target, heatmap.against, before, before, before, 0.0, 0.0, 0, 0.0
    )


def _evidence_for(
    predictor: Predictor, heatmap: Heatmap, logits: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Log-odds of the target against the other class, or against all others.

    Unlike a probability they do not saturate: near 1 every change would look like none.
    """
    rows = logits.astype(np.float64)
    target = predictor.labels.index(heatmap.target)
    if heatmap.against is not None:
        against = predictor.labels.index(heatmap.against)
        return np.asarray(rows[:, target] - rows[:, against])
    others = np.delete(rows, target, axis=1)
    highest = others.max(axis=1, keepdims=True)
    rest = highest[:, 0] + np.log(np.exp(others - highest).sum(axis=1))
    return np.asarray(rows[:, target] - rest)


def _beats(scores: NDArray[np.float64]) -> float:
    """Share of the other rows that the first row exceeds; ties count half."""
    first, others = scores[0], scores[1:]
    return float(np.mean((others < first) + 0.5 * (others == first)))


def _logits(predictor: Predictor, squares: list[FloatImage]) -> NDArray[np.float32]:
    batch = to_input(np.stack(squares).astype(np.float32))
    parts = [batch[k : k + BATCH] for k in range(0, len(batch), BATCH)]
    return np.concatenate([run_network(predictor.network, part)[1] for part in parts])


def blur(pixels: FloatImage) -> FloatImage:
    """A square so blurred that no lesion is left in it.

    Args:
        pixels: (S, S) float32 in 0..1.
    """
    picture = Image.fromarray(np.rint(pixels * 255).astype(np.uint8))
    soft = picture.filter(ImageFilter.GaussianBlur(BLUR * len(pixels)))
    return np.asarray(soft, dtype=np.float32) / np.float32(255)


def filled_in(pixels: FloatImage, region: NDArray[np.bool_]) -> FloatImage:
    """A square with a region filled in by what lies around it, nearer places more.

    Normalised convolution with a Gaussian (Knutsson and Westin 1993): nothing of what lay in the
    region is left in it.

    Args:
        pixels: (S, S) float32 in 0..1.
        region: (S, S) booleans, what to fill.

    Returns:
        (S, S) float32 in 0..1; outside the region as it was.
    """
    spread, outside = _spread(len(pixels)), (~region).astype(np.float32)
    weight = spread @ outside @ spread + FAR
    around = (spread @ (pixels * outside) @ spread + FAR * pixels.mean()) / weight
    return np.where(region, around, pixels).astype(np.float32)


@cache
def _spread(size: int) -> FloatImage:
    """(S, S) Gaussian weights of each row's pixel for each other, the same along both axes."""
    at = np.arange(size, dtype=np.float32)
    distance = (at[:, None] - at[None, :]) / np.float32(REACH * size)
    weights: FloatImage = np.exp(-(distance**2) / 2).astype(np.float32)
    return weights


def random_places(
    region: NDArray[np.bool_], head: NDArray[np.bool_], count: int, rng: np.random.Generator
) -> Iterator[NDArray[np.bool_]]:
    """A region moved, turned by quarters and mirrored at random, on the head.

    Args:
        region: (S, S) the marked region, not empty.
        head: (S, S) where there is tissue.
        count: number of places.
        rng: source of randomness.

    Yields:
        `count` masks (S, S), each with as many pixels as the region.
    """
    size = len(region)
    spots = np.argwhere(head) if head.any() else np.argwhere(np.ones_like(head))
    for _ in range(count):
        turned = np.rot90(region, int(rng.integers(4)))
        turned = turned[:, ::-1] if rng.random() < 0.5 else turned
        best, best_share = turned, -1.0
        for _ in range(12):
            shift = spots[rng.integers(len(spots))] - np.argwhere(turned).mean(axis=0).astype(int)
            place = np.roll(turned, tuple(int(v) for v in shift), axis=(0, 1))
            share = float(head[place].mean())
            if share > best_share:
                best, best_share = place, share
            if share >= ON_HEAD:
                break
        yield best.reshape(size, size)


def _beaten(evidence: Evidence) -> str:
    if evidence.deletion_beats == 1:
        return f"any of {evidence.trials}"
    share = f"{evidence.deletion_beats:.0%}".replace("%", " %")
    return f"{share} of {evidence.trials}"


def change_by_removing(evidence: Evidence) -> str:
    """What deletion says, in words, without a full stop."""
    return (
        f"Removing what is marked changes the answer more than {_beaten(evidence)} random places "
        "of the same size"
    )


def sentence(evidence: Evidence, names: Mapping[str, str]) -> str:
    """What the tests say, in words.

    Args:
        evidence: of a map.
        names: words for each class.
    """
    name = names[evidence.target]
    than = f" rather than {names[evidence.against]}" if evidence.against else ""
    if evidence.verdict == "empty":
        return f"Nothing is marked: no place in this slice speaks for {name}{than}."
    if evidence.verdict == "negative":
        return (
            f"Nothing is marked: every place in this slice speaks against {name}{than}, "
            "some only less than others."
        )
    change = change_by_removing(evidence)
    if evidence.verdict == "points":
        return f"{change}. The map shows what the network used for {name}{than}."
    return (
        f"{change}, which chance alone may do. Do not read this map as the reason for {name}{than}."
    )
