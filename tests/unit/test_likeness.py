"""How unlike the training slices a picture is."""

import numpy as np
import pytest

from shared.tumor.likeness import Known, directions, distance, unlike

ONE, OTHER = np.eye(4, dtype=np.float32)[:2]


def known(threshold: float = 0.2) -> Known:
    """Nine slices in one direction."""
    return Known(directions(np.tile(ONE * 3, (9, 1))), threshold)


def test_the_same_direction_is_at_no_distance_however_long():
    assert distance(known(), np.stack([ONE * 7])) == pytest.approx([0], abs=1e-6)


def test_a_picture_of_other_channels_is_far():
    assert distance(known(), np.stack([OTHER])) == pytest.approx([1])
    assert unlike(known(), np.stack([ONE, OTHER])).tolist() == [False, True]


def test_only_the_nearest_count():
    rows = np.concatenate([np.tile(ONE, (5, 1)), np.tile(OTHER, (50, 1))])
    assert distance(Known(directions(rows), 0.2), np.stack([ONE])) == pytest.approx([0], abs=1e-6)


def test_fewer_slices_than_neighbours_are_enough():
    assert distance(Known(directions(np.stack([ONE])), 0.2), np.stack([ONE])) == pytest.approx([0])


def test_a_blank_picture_is_unlike_all():
    assert unlike(known(), np.zeros((1, 4), np.float32)).tolist() == [True]
