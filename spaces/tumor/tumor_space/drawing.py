"""Pictures for the browser: a slice as a PNG in a data URL."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LONGEST = 1024  # pixels a side; more than the page can show


def data_url(pixels: NDArray[Any]) -> str:
    """A picture as a PNG in a data URL, made smaller where it is larger than can be shown.

    Args:
        pixels: (H, W) float32 of 0..1, or (H, W, 3) uint8.
    """
    if pixels.dtype != np.uint8:
        pixels = np.round(np.clip(pixels, 0, 1) * 255).astype(np.uint8)
    image = Image.fromarray(pixels)
    image.thumbnail((LONGEST, LONGEST))
    buffer = BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
