"""A map of where the network looked, as raw numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError

LAST = "last"
EMPTY_UNDER = 0.02  # in units of the logit; a map whose positive part adds up to less shows nothing


@dataclass(frozen=True)
class Heatmap:
    """A map over the square that the network saw.

    Attributes:
        values: (h, w) float32, raw and signed: never divided by their maximum, which would make an
            empty map look like a full one. Grad-CAM at the last feature map adds up to the logit
            without its bias.
        target: the class that the map speaks for.
        against: the class it is compared with; None for a map of one class.
        layer: where it was taken.
        method: "gradcam", "integrated_gradients" or "occlusion".
        gap: for Integrated Gradients, how far the map's sum is from the difference of the outputs
            (completeness); None for other methods.
    """

    values: NDArray[np.float32]
    target: str
    against: str | None = None
    layer: str = LAST
    method: str = "gradcam"
    gap: float | None = None

    @property
    def positive_sum(self) -> float:
        """How much speaks for the target, in units of the logit."""
        return float(np.clip(self.values, 0, None).sum())

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return self.positive_sum < EMPTY_UNDER


def index_of(labels: Sequence[str], name: str, role: str) -> int:
    """The index of a class.

    Args:
        labels: class names in the order of the logits.
        name: one of them.
        role: what the name was given as, for the message.

    Raises:
        InputError: no such class.
    """
    if name not in labels:
        raise InputError(f"There is no class {name!r} ({role}). The classes are {listed(labels)}.")
    return list(labels).index(name)


def check_pair(target: str, against: str | None) -> None:
    """Refuse to compare a class with itself."""
    if target == against:
        raise InputError(
            f"{target!r} cannot be compared with itself. Choose two different classes."
        )


def listed(names: Sequence[str]) -> str:
    """Names in a sentence."""
    return ", ".join(repr(name) for name in names)
