"""Drawn lesions, contrasts of other sequences, and heads without a skull."""

from __future__ import annotations

import numpy as np
import pytest

from training.tumor import lesions
from training.tumor.contrast import AIR, like_histogram, tone_curve
from training.tumor.stripping import brain_mask
from training.tumor.synthesis import box_slices

SIZE = 128


def disc(radius: float) -> np.ndarray:
    """(SIZE, SIZE) whether a pixel lies within a share of the half side from the middle."""
    y, x = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    return np.hypot(y, x) < radius


def head() -> np.ndarray:
    """A bright scalp, a dark skull and a grey brain with a little texture."""
    rng = np.random.default_rng(0)
    brain = disc(0.66) * (0.45 + 0.03 * rng.normal(size=(SIZE, SIZE)))
    scalp = (disc(0.95) & ~disc(0.82)) * 0.9
    return np.clip(brain + scalp, 0, 1).astype(np.float32)


@pytest.mark.parametrize("draw", [lesions.glioma, lesions.meningioma])
@pytest.mark.parametrize("seed", range(12))
def test_a_lesion_changes_its_box_more_than_the_rest(draw, seed):
    plane = head()
    lesion = draw(plane, disc(0.6), np.random.default_rng(seed))
    change = np.abs(lesion.pixels - plane)
    within = np.zeros(plane.shape, dtype=bool)
    within[box_slices(lesion.box, SIZE)] = True
    assert lesion.pixels.dtype == np.float32
    assert lesion.pixels.min() >= 0 and lesion.pixels.max() <= 1
    assert (lesion.box[2:] > lesion.box[:2]).all()
    assert change[within].mean() > 2 * change[~within].mean()


def test_the_same_seed_draws_the_same_lesion():
    one, other = (lesions.glioma(head(), disc(0.6), np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one.pixels, other.pixels)


def test_spots_are_small_and_bright():
    changed = lesions.spots(head(), disc(0.6), np.random.default_rng(1)) - head()
    assert changed.max() > 0.05
    assert (np.abs(changed) > 0.05).mean() < 0.03


def test_pushing_keeps_the_middle_and_what_is_far_away():
    plane = head()
    pushed = lesions.pushed(plane, (64.0, 64.0), 10.0, 0.5)
    np.testing.assert_allclose(pushed[64, 64], plane[64, 64], atol=1e-5)
    np.testing.assert_allclose(pushed[:10], plane[:10], atol=1e-3)
    assert np.abs(pushed - plane)[50:78, 50:78].max() > 0.01


@pytest.mark.parametrize("seed", range(9))
def test_a_tone_curve_leaves_air_black_and_stays_in_range(seed):
    toned = tone_curve(head(), np.random.default_rng(seed))
    assert toned[0, 0] == 0
    assert toned.min() >= 0 and toned.max() <= 1
    assert toned.dtype == np.float32


def test_tone_curves_may_turn_dark_and_bright_around():
    orders = set()
    for seed in range(30):
        toned = tone_curve(np.array([[0.3, 0.9]], np.float32), np.random.default_rng(seed))
        orders.add(bool(toned[0, 0] < toned[0, 1]))
    assert orders == {True, False}


def test_a_matched_histogram_is_that_of_the_reference():
    plane, reference = head(), np.sqrt(head())
    matched = like_histogram(plane, reference)
    wanted = np.quantile(reference[reference > AIR], [0.2, 0.5, 0.9])
    np.testing.assert_allclose(
        np.quantile(matched[plane > AIR], [0.2, 0.5, 0.9]), wanted, atol=0.05
    )
    np.testing.assert_array_equal(matched[plane <= AIR], plane[plane <= AIR])


def test_an_empty_reference_changes_nothing():
    np.testing.assert_array_equal(like_histogram(head(), np.zeros((9, 9), np.float32)), head())


def test_the_brain_is_found_within_the_skull():
    mask = brain_mask(head())
    assert mask is not None
    assert mask[disc(0.55)].all()
    assert not mask[~disc(0.8)].any()


def test_no_brain_is_found_where_nothing_parts_it_from_the_scalp():
    assert brain_mask(disc(0.95).astype(np.float32)) is None
    assert brain_mask(np.zeros((SIZE, SIZE), np.float32)) is None
