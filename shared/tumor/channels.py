"""Which channels of the last feature map an answer is made of.

Above average pooling and one linear layer a class's logit is a sum with one term a channel: the
channel's weight for the class times the mean of its map. The terms say what the answer is made of.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.tumor.head import channel_weights
from shared.tumor.heatmap import index_of
from shared.tumor.predictor import Answer, Predictor


@dataclass(frozen=True)
class Channel:
    """One channel's part in a logit.

    Attributes:
        index: of the channel, from 0.
        adds: its term in the logit; below 0 it speaks against the class.
        values: (h, w) float32: its map, times its weight, so that it adds up to `adds`.
    """

    index: int
    adds: float
    values: NDArray[np.float32]


def strongest_channels(
    predictor: Predictor, answer: Answer, target: str, count: int
) -> tuple[Channel, ...]:
    """The channels that add most to a class, the strongest first.

    Args:
        predictor: the checkpoint that gave the answer.
        answer: the answer to look into.
        target: the class.
        count: how many channels; there may be fewer that add anything.

    Returns:
        Channels with `adds` above 0; none where the head is not linear, so that no such sum exists.

    Raises:
        InputError: no such class.
    """
    row = index_of(predictor.labels, target, "target")
    weights = channel_weights(predictor.folder)
    if weights is None:
        return ()
    maps = answer.features * weights[row][:, None, None]
    cells = maps.shape[1] * maps.shape[2]
    adds = maps.mean(axis=(1, 2))
    chosen = [int(at) for at in np.argsort(-adds)[:count] if adds[at] > 0]
    return tuple(Channel(at, float(adds[at]), maps[at] / np.float32(cells)) for at in chosen)
