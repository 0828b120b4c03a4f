"""A map holds still when the slice is mirrored and moved, or it does not."""

from __future__ import annotations

import numpy as np
import pytest

from shared.tumor.steadiness import compared, concentration, cosine, grown, shifted


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
