"""Pointing game and energy, against numbers worked out by hand."""

import numpy as np
import pytest

from training.tumor.localisation import Hit, centre_map, hit, random_map
from training.tumor.slices import Box

BOX = Box(0.2, 0.4, 0.4, 0.6)  # columns 2 and 3, rows 4 and 5 of ten


def test_a_map_half_inside():
    values = np.zeros((10, 10), np.float32)
    values[4, 3], values[9, 9], values[0, 0] = 2.0, 1.0, -7.0
    assert hit(values, BOX) == Hit(1.0, pytest.approx(2 / 3))


def test_a_maximum_outside_misses_however_close():
    values = np.zeros((10, 10), np.float32)
    values[4, 3], values[4, 4] = 1.0, 1.01
    assert hit(values, BOX).pointing == 0


def test_a_map_without_a_positive_part_scores_nothing():
    assert hit(np.full((10, 10), -1, np.float32), BOX) == Hit(0.0, 0.0)


def test_the_yardsticks_are_what_they_say():
    centre = centre_map((101, 101))
    assert np.unravel_index(centre.argmax(), centre.shape) == (50, 50)
    assert hit(centre, Box(0.45, 0.45, 0.55, 0.55)).pointing == 1
    cloud = random_map((50, 50), (14, 14), np.random.default_rng(0))
    assert cloud.shape == (50, 50)
    assert cloud.std() > 0
