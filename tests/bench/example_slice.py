"""The slice that everything is measured on: a bundled example with a map to draw."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

from PIL import Image

from shared.slices.decode import read_slice
from shared.tumor.gradcam import grad_cam
from shared.tumor.predictor import load_predictor, predict


def example_with_map(checkpoint: Path) -> Path:
    """The first example that is answered and has a map: an empty one would be drawn for nothing.

    Args:
        checkpoint: a checkpoint folder with examples.

    Raises:
        RuntimeError: there is no such example.
    """
    predictor = load_predictor(checkpoint)
    folder = checkpoint / "examples"
    listed = json.loads((folder / "examples.json").read_text(encoding="utf-8"))
    for path in (folder / example["file"] for example in listed):
        answer = predict(predictor, read_slice(path).pixels)
        if answer.label and not grad_cam(predictor, answer).empty:
            return path
    raise RuntimeError("No example of the checkpoint has an answer and a map to measure with.")


def slice_picture(example: Path, side: int) -> Image.Image:
    """An example in grey, as a square.

    Args:
        example: a picture file.
        side: in pixels.
    """
    with Image.open(example) as picture:
        return picture.convert("L").resize((side, side), Image.Resampling.BICUBIC)


def slice_jpeg(example: Path, side: int) -> bytes:
    """The same as a JPEG file, as a visitor would send it."""
    buffer = BytesIO()
    slice_picture(example, side).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()
