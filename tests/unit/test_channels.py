"""The terms that a logit is made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shared.errors import InputError
from shared.tumor import gradcam
from shared.tumor.gradcam import strongest_channels
from shared.tumor.predictor import Answer, Predictor

WEIGHTS = np.array([[1.0, -2.0, 0.5], [0.0, 1.0, 1.0]], dtype=np.float32)


class FakePredictor:
    """Two classes over three channels."""

    labels = ("a", "b")
    folder = Path("nowhere")


class FakeAnswer:
    """Three channels of 2 x 2 with means 1, 2 and 3."""

    features = np.stack([np.full((2, 2), mean, dtype=np.float32) for mean in (1, 2, 3)])


@pytest.fixture(autouse=True)
def linear_head(monkeypatch: pytest.MonkeyPatch) -> None:
    """A head whose weights are known."""
    monkeypatch.setattr(gradcam, "channel_weights", lambda folder: WEIGHTS)


def strongest(target: str, count: int) -> list[tuple[int, float]]:
    predictor: Predictor = FakePredictor()  # type: ignore[assignment]
    answer: Answer = FakeAnswer()  # type: ignore[assignment]
    channels = strongest_channels(predictor, answer, target, count)
    assert all(channel.values.sum() == pytest.approx(channel.adds) for channel in channels)
    return [(channel.index, pytest.approx(channel.adds)) for channel in channels]


def test_the_strongest_come_first_and_those_against_are_left_out() -> None:
    assert strongest("a", 3) == [(2, 1.5), (0, 1.0)]
    assert strongest("b", 1) == [(2, 3.0)]


def test_an_unknown_class_is_named() -> None:
    with pytest.raises(InputError, match="'c'"):
        strongest("c", 1)


def test_a_head_that_is_not_linear_has_no_such_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradcam, "channel_weights", lambda folder: None)
    assert strongest("a", 3) == []
