"""A colour map as a table of 256 colours."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.palette import COLOUR_MAPS, stops


@cache
def colour_table(name: str) -> NDArray[np.uint8]:
    """256 colours of a map.

    Args:
        name: "viridis", "cividis" or "magma".

    Returns:
        (256, 3) uint8, from nothing to most.

    Raises:
        InputError: no such colour map.
    """
    if name not in COLOUR_MAPS:
        raise InputError(
            f"There is no colour map {name!r}. Choose one of {', '.join(COLOUR_MAPS)}."
        )
    colours = np.array(stops(name), dtype=float)
    levels = np.linspace(0, len(colours) - 1, 256)
    channels = [np.interp(levels, np.arange(len(colours)), colours[:, c]) for c in range(3)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)
