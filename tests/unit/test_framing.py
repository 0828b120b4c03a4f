"""The square that the network sees, and the way back onto the slice."""

import numpy as np
import pytest

from shared.slices.framing import (
    Window,
    cut,
    head_window,
    is_negative,
    onto_slice,
    prepare,
    stretch,
    to_input,
)


def head(height=240, width=200, top=40, left=50, side=100, level=0.5):
    """A bright ellipse on air, and its box."""
    y, x = np.mgrid[0:height, 0:width]
    radius = np.hypot((y - top - side / 2) / (side / 2), (x - left - side / 2) / (side / 2))
    return np.where(radius < 1, level, 0.02).astype(np.float32)


def test_the_window_surrounds_the_head_wherever_it_lies():
    for top, left in ((10, 10), (100, 60), (130, 90)):
        window = head_window(head(top=top, left=left))
        assert window.side == pytest.approx(106, abs=8)
        assert window.top + window.side / 2 == pytest.approx(top + 50, abs=4)
        assert window.left + window.side / 2 == pytest.approx(left + 50, abs=4)


def test_a_marker_in_the_corner_does_not_widen_the_window():
    marked = head()
    marked[2:6, 2:6] = 1.0
    assert head_window(marked) == head_window(head())


def test_a_picture_without_a_head_is_taken_whole():
    assert head_window(np.zeros((60, 100), np.float32)) == Window(-20.0, 0.0, 100.0)


def test_framing_takes_position_and_scale_away():
    small = prepare(head(240, 200, 40, 50, 80), 64).pixels
    large = prepare(head(480, 400, 200, 150, 160), 64).pixels
    assert np.abs(small - large).mean() < 0.03


def test_brightness_and_contrast_are_taken_away():
    rng = np.random.default_rng(0)
    bright = head() * (0.6 + 0.4 * rng.random((240, 200), dtype=np.float32))
    assert np.abs(prepare(bright, 64).pixels - prepare(bright * 0.2 + 0.1, 64).pixels).max() < 1e-3


def test_a_negative_is_turned_around():
    assert is_negative(1 - head()) and not is_negative(head())
    upright, negative = prepare(head(), 64), prepare(1 - head(), 64)
    assert negative.inverted and not upright.inverted
    np.testing.assert_allclose(negative.pixels, upright.pixels, atol=1e-4)


def test_what_overhangs_the_picture_is_black():
    square = cut(np.ones((10, 10), np.float32), Window(-10, -10, 20), 20)
    assert square[:9, :9].max() == 0 and square[11:, 11:].min() == 1


def test_a_blank_picture_becomes_zero_and_not_noise():
    assert stretch(np.full((8, 8), 0.7, np.float32)).max() == 0


def test_the_stretch_reaches_from_zero_to_one():
    values = stretch(np.linspace(0.2, 0.4, 10_000, dtype=np.float32).reshape(100, 100))
    assert values.min() == 0 and values.max() == 1
    assert values[50, 0] == pytest.approx((0.5 - 0.01) / (0.995 - 0.01), abs=2e-3)


def test_the_input_is_normalised_and_has_three_equal_channels():
    batch = to_input(np.array([[0.0, 0.5], [1.0, 0.25]], np.float32))
    assert batch.shape == (1, 3, 2, 2) and batch.dtype == np.float32
    np.testing.assert_array_equal(batch[0, 0], [[-1, 0], [1, -0.5]])
    np.testing.assert_array_equal(batch[0, 0], batch[0, 2])


def test_a_map_comes_back_to_the_place_it_was_taken_from():
    pixels = head(240, 200, 40, 50, 100)
    pixels[70:90, 70:90] = 1.0
    prepared = prepare(pixels, 56)
    back = onto_slice((prepared.pixels > 0.9).astype(np.float32), prepared.window, pixels.shape)
    y, x = np.argwhere(back > 0.5).mean(axis=0)
    assert y == pytest.approx(79.5, abs=2) and x == pytest.approx(79.5, abs=2)
    assert back.shape == pixels.shape
