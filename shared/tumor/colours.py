"""Colour maps that keep their order for colour-blind eyes and in print, as 17 stops each.

Viridis and magma by Smith and van der Walt (CC0), cividis by Nunez, Anderton and Renslow 2018. The
stops are those of matplotlib: `colormaps[name](linspace(0, 1, 17))`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError

STOPS = {
    "viridis": (
        "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c "
        "1fa088 28ae80 3fbc73 5ec962 84d44b addc30 d8e219 fde725"
    ),
    "cividis": (
        "00224e 002e6a 1a386f 32436d 434e6c 535a6d 61656f 6f7073 7d7c78 "
        "8c8878 9b9476 aba072 bcae6c cdbb63 dec958 f0d846 fee838"
    ),
    "magma": (
        "000004 0a0822 1d1147 36106b 51127c 6a1c81 832681 9c2e7f b73779 "
        "d0416f e75263 f56b5c fc8961 fea772 fec488 fde2a3 fcfdbf"
    ),
}


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
    if name not in STOPS:
        raise InputError(f"There is no colour map {name!r}. Choose one of {', '.join(STOPS)}.")
    stops = np.array([list(bytes.fromhex(stop)) for stop in STOPS[name].split()], dtype=float)
    places = np.linspace(0, len(stops) - 1, 256)
    channels = [np.interp(places, np.arange(len(stops)), stops[:, c]) for c in range(3)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)
