"""The slice that everything is measured on: the first example of the checkpoint."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

from PIL import Image


def slice_picture(checkpoint: Path, side: int) -> Image.Image:
    """The first bundled example in grey, as a square.

    Args:
        checkpoint: a checkpoint folder with examples.
        side: in pixels.
    """
    folder = checkpoint / "examples"
    listed = json.loads((folder / "examples.json").read_text(encoding="utf-8"))
    with Image.open(folder / listed[0]["file"]) as picture:
        return picture.convert("L").resize((side, side), Image.Resampling.BICUBIC)


def slice_jpeg(checkpoint: Path, side: int) -> bytes:
    """The same as a JPEG file, as a visitor would send it."""
    buffer = BytesIO()
    slice_picture(checkpoint, side).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()
