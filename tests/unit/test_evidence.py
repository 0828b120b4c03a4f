"""A map that marks what decides passes the test; one that marks something else does not."""

from __future__ import annotations

import bundled
import numpy as np
import pytest

from shared.tumor.evidence import Evidence, filled_in, random_places, score_map, sentence
from shared.tumor.gradcam import grad_cam
from shared.tumor.heatmap import Heatmap, marked

NAMES = {name: f"the {name}" for name in bundled.predictor().labels}


def scored(values: np.ndarray, **settings: int) -> Evidence:
    """Evidence for a map that speaks for the class that was answered."""
    target = bundled.answer().label
    assert target
    heatmap = Heatmap(values.astype(np.float32), target)
    return score_map(bundled.predictor(), bundled.answer(), heatmap, **settings)


def test_the_networks_own_map_points() -> None:
    own = grad_cam(bundled.predictor(), bundled.answer())
    evidence = scored(own.values)
    assert evidence.verdict == "points"
    assert evidence.probability_without < evidence.probability
    assert evidence.probability_with_only > evidence.probability_without
    assert 0 < evidence.marked_share < 0.3


def test_a_map_of_the_corner_does_not_point() -> None:
    corner = np.zeros((14, 14))
    corner[0, 0] = 1
    evidence = scored(corner)
    assert evidence.verdict == "chance"
    assert "Do not read this map" in sentence(evidence, NAMES)


def test_the_same_seed_gives_the_same_evidence() -> None:
    own = grad_cam(bundled.predictor(), bundled.answer()).values
    own = np.roll(own, 3, axis=0)
    assert scored(own, seed=1, trials=12) == scored(own, seed=1, trials=12)


@pytest.mark.parametrize(
    ("values", "verdict", "words"),
    [
        (np.zeros((14, 14)), "empty", "no place in this slice speaks for the"),
        (-np.ones((14, 14)), "negative", "every place in this slice speaks against the"),
    ],
)
def test_nothing_marked_is_said_in_words(values: np.ndarray, verdict: str, words: str) -> None:
    evidence = scored(values)
    assert (evidence.verdict, evidence.trials, evidence.marked_share) == (verdict, 0, 0)
    assert words in sentence(evidence, NAMES)


def test_the_sentence_carries_the_figures() -> None:
    evidence = Evidence("points", "glioma", "pituitary", 0.9, 0.2, 0.8, 0.96, 0.9, 48, 0.05)
    words = sentence(evidence, NAMES)
    assert "more than 96 % of 48 random places" in words
    assert words.endswith("for the glioma rather than the pituitary.")


def test_random_places_have_the_size_of_the_region_and_lie_on_the_head() -> None:
    region = np.zeros((60, 60), dtype=bool)
    region[20:26, 30:40] = True
    head = np.hypot(*(np.indices((60, 60)) - 30)) < 25
    places = list(random_places(region, head, 40, np.random.default_rng(0)))
    assert len(places) == 40
    assert all(place.sum() == region.sum() for place in places)
    assert np.mean([head[place].mean() for place in places]) > 0.8
    assert len({place.tobytes() for place in places}) > 30


def test_what_is_filled_in_keeps_nothing_of_what_was_there() -> None:
    pixels = np.full((64, 64), 0.4, dtype=np.float32)
    region = np.hypot(*(np.indices((64, 64)) - 30)) < 9
    pixels[region] = 1
    filled = filled_in(pixels, region)
    assert filled[region] == pytest.approx(0.4, abs=1e-3)
    assert np.array_equal(filled[~region], pixels[~region])


def test_the_whole_square_is_filled_in_with_its_mean() -> None:
    pixels = np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64)
    filled = filled_in(pixels, np.ones((64, 64), dtype=bool))
    assert filled == pytest.approx(0.5, abs=1e-3)


def test_marked_is_a_fifth_of_the_largest_value() -> None:
    values = np.full((9, 9), 0.3, dtype=np.float32)
    values[1, 1] = 2
    region = marked(Heatmap(values, "glioma"), 72)
    assert region[12, 12]
    assert not region[24:].any()
    assert 0 < region.mean() < 0.1
