"""A map holds still when the slice is mirrored and moved, or it does not."""

from dataclasses import replace

import bundled
import numpy as np
import pytest
from scipy.ndimage import label

from shared.tumor import steadiness
from shared.tumor.classes import HEALTHY
from shared.tumor.evidence import Evidence
from shared.tumor.gradcam import grad_cam
from shared.tumor.heatmap import Heatmap
from shared.tumor.steadiness import (
    Pointing,
    blob_at,
    compared,
    concentration,
    cosine,
    grown,
    judged,
    recorded_pointing,
    sentence_of_judged,
    shifted,
)

EVIDENCE = Evidence("points", "glioma", None, 0.9, 0.2, 0.8, 0.96, 0.9, 48, 0.05)


def spot(row: int, column: int, size: int = 40) -> np.ndarray:
    """A bright square of five pixels."""
    values = np.zeros((size, size), np.float32)
    values[row : row + 5, column : column + 5] = 1
    return values


def test_three_equal_maps_of_one_spot_are_steady():
    found = compared(spot(3, 4), spot(3, 4), spot(3, 4))
    assert (found.agreement, found.concentration) == pytest.approx((1, 1))
    assert found.score == pytest.approx(1)


def test_a_map_that_wanders_does_not_agree():
    found = compared(spot(3, 4), spot(3, 4), spot(20, 20))
    assert found.agreement == 0
    assert found.concentration == pytest.approx(2 / 3)


def test_a_map_that_scatters_is_not_concentrated():
    scattered = np.maximum.reduce([spot(2, 2), spot(2, 30), spot(30, 2), spot(30, 30)])
    assert concentration(scattered) == pytest.approx(1 / 4)


def test_an_empty_map_scores_nothing():
    empty = np.zeros((40, 40), np.float32)
    assert compared(empty, empty, empty).score == 0
    assert cosine(empty, spot(1, 1)) == 0


def test_a_map_is_put_back_where_it_came_from():
    np.testing.assert_array_equal(shifted(shifted(spot(10, 12), 6), -6), spot(10, 12))
    assert shifted(spot(30, 30), 20).sum() == 0


def test_only_the_positive_part_grows():
    values = np.array([[1, -1], [-1, -1]], np.float32)
    large = grown(values, 8)
    assert large.shape == (8, 8) and large.min() == 0 and large[0, 0] == 1


def test_a_blob_is_what_hangs_together_by_edges():
    mask = np.random.default_rng(0).random((40, 40)) > 0.45
    start = int(np.flatnonzero(mask)[300])
    parts, _ = label(mask)
    np.testing.assert_array_equal(blob_at(start, mask), parts == parts.flat[start])


@pytest.mark.parametrize(("level", "verdict"), [(0.0, "points"), (1.1, "chance")])
def test_the_verdict_is_whether_the_map_holds_still(monkeypatch, level: float, verdict: str):
    monkeypatch.setattr(steadiness, "STEADY", level)
    answer = bundled.answer()
    heatmap = grad_cam(bundled.predictor(), answer)
    told = judged(bundled.predictor(), answer, heatmap, EVIDENCE)
    assert told == replace(EVIDENCE, verdict=verdict)


def test_no_verdict_where_nothing_was_measured():
    answer, predictor = bundled.answer(), bundled.predictor()
    values = np.ones((14, 14), np.float32)
    for heatmap in (
        Heatmap(values, HEALTHY),
        Heatmap(values, "glioma", layer="stage 1"),
        Heatmap(values, "glioma", method="occlusion"),
    ):
        assert judged(predictor, answer, heatmap, EVIDENCE) is None
    nothing = replace(EVIDENCE, verdict="empty", trials=0)
    assert judged(predictor, answer, Heatmap(values, "glioma"), nothing) is None


def test_the_sentence_tells_what_was_recorded():
    figures = {"pointing_of_steady": {"value": 0.924}, "pointing_of_unsteady": {"value": 0.64}}
    measured = recorded_pointing({"elsewhere": {"maps": {"elsewhere": figures}}})
    assert measured == Pointing(0.924, 0.64)
    assert recorded_pointing({}) is None
    steady = sentence_of_judged(EVIDENCE, {"glioma": "glioma"}, measured)
    assert "maps as steady as this one, 92 of 100 had" in steady
    assert "a hint, not a proof" in steady and "96 % of 48 random places" in steady
    moving = replace(EVIDENCE, verdict="chance")
    unsteady = sentence_of_judged(moving, {"glioma": "glioma"}, measured)
    assert "Of such maps, 64 of 100 had" in unsteady
    assert unsteady.endswith("Do not read this map as the reason for glioma.")
