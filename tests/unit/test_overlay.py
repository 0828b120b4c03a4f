"""Maps drawn over slices: nothing where there is nothing, and the place where it is."""

from __future__ import annotations

import numpy as np
import pytest

from shared.errors import InputError
from shared.slices.framing import Window
from shared.tumor.heatmap import Heatmap, blend, levels, outline

WINDOW = Window(left=10, top=20, side=40)


def lit(row: int, column: int, value: float = 1.0) -> Heatmap:
    values = np.zeros((4, 4), dtype=np.float32)
    values[row, column] = value
    return Heatmap(values, "glioma")


@pytest.mark.parametrize("empty", [lit(0, 0, 0), lit(0, 0, -3), lit(1, 1, 0.001)])
def test_an_empty_map_stays_empty(empty: Heatmap) -> None:
    pixels = np.random.default_rng(0).random((80, 60), dtype=np.float32)
    assert not levels(empty).any()
    assert outline(empty, WINDOW) == []
    grey = np.repeat((pixels * 255).astype(np.uint8)[..., None], 3, axis=2)
    np.testing.assert_array_equal(blend(pixels, empty, WINDOW), grey)


def test_the_outline_lies_around_the_lit_cell_in_pixels_of_the_slice() -> None:
    (line,) = outline(lit(1, 2), WINDOW)
    assert line[0] == line[-1]
    centre = np.mean(line[:-1], axis=0)
    np.testing.assert_allclose(centre, [10 + 2.5 * 10, 20 + 1.5 * 10], atol=0.5)


def test_the_outline_closes_at_the_edge_of_the_map() -> None:
    (line,) = outline(lit(0, 0), WINDOW)
    assert line[0] == line[-1]


def test_colour_lies_on_the_lit_cell_alone() -> None:
    pixels = np.full((80, 60), 0.5, dtype=np.float32)
    drawn = blend(pixels, lit(1, 2), WINDOW, opacity=1.0).astype(int)
    coloured = np.ptp(drawn, axis=2) > 20
    rows, columns = np.nonzero(coloured)
    assert 20 + 5 < rows.mean() < 20 + 25
    assert 10 + 15 < columns.mean() < 10 + 35
    assert not coloured[:18].any()


def test_opacity_zero_shows_the_slice() -> None:
    pixels = np.full((80, 60), 0.5, dtype=np.float32)
    assert np.ptp(blend(pixels, lit(1, 2), WINDOW, opacity=0.0), axis=2).max() == 0


def test_an_unknown_colour_map_is_named() -> None:
    with pytest.raises(InputError, match="'jet'"):
        blend(np.zeros((8, 8), dtype=np.float32), lit(0, 0), WINDOW, colours="jet")
