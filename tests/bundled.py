"""The bundled checkpoint and its answer for a slice, for tests of what explains answers."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from shared.slices.decode import read_slice
from shared.tumor.predictor import Answer, Predictor, load_predictor, predict

CHECKPOINT = Path(__file__).parents[1] / "spaces" / "tumor" / "checkpoint"
EXAMPLE = "dura.png"


@cache
def predictor() -> Predictor:
    """The network that the Space answers with."""
    return load_predictor(CHECKPOINT)


@cache
def answer() -> Answer:
    """Its answer for an example slice with a tumor."""
    return predict(predictor(), read_slice(CHECKPOINT / "examples" / EXAMPLE).pixels)
