"""The least that an answer of both loan models can cost, written as most people would.

The classical model as scikit-learn, the ANN as a PyTorch module, both on features that are ready:
nothing is read, nothing calibrated, nothing checked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from shared.loan.models.ann import Ann, open_model
from shared.loan.models.ml import load_classical

AT_A_TIME = 4096  # rows of a forward pass: a million at once are slower, memory comes and goes

Floats = NDArray[np.float32]


class Ensemble(nn.Module):
    """The ANN: all members side by side."""

    def __init__(self, ann: Ann) -> None:
        super().__init__()
        encoding = ann.encoding
        self.source = torch.from_numpy(encoding.source)
        self.low, self.width, self.centre, self.scale = (
            torch.from_numpy(array)
            for array in (encoding.low, encoding.width, encoding.centre, encoding.scale)
        )
        self.weights = [torch.from_numpy(array) for array in ann.weights]
        self.biases = [torch.from_numpy(array) for array in ann.biases]

    def forward(self, features: Tensor) -> Tensor:
        """(N, K) features to (N,) probabilities."""
        pieces = ((features[:, self.source] - self.low) / self.width).clamp(0.0, 1.0)
        state = ((pieces - self.centre) * self.scale).expand(len(self.weights[0]), -1, -1)
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            state = torch.baddbmm(bias, state, weight).relu_()
        logits = torch.baddbmm(self.biases[-1], state, self.weights[-1])
        return logits.sigmoid().mean(dim=0)[:, 0]


@dataclass(frozen=True)
class Bare:
    """Both models.

    Attributes:
        classical: fitted, with `predict_proba`, with as many jobs as it was trained with.
        ensemble: the ANN.
    """

    classical: Any
    ensemble: Ensemble

    def predict_proba(self, features: Floats) -> tuple[Floats, Floats]:
        """(N, 2) of the classical model and (N,) of the ANN."""
        return self.classical.predict_proba(features), forward(self.ensemble, features)


def read_bare(folder: Path) -> Bare:
    """Both models of a checkpoint."""
    return Bare(load_classical(folder), Ensemble(open_model(folder)).eval())


def forward(ensemble: Callable[[Tensor], Tensor], features: Floats) -> Floats:
    """(N,) probabilities of the ANN, some rows at a time."""
    with torch.inference_mode():
        parts = torch.from_numpy(features).split(AT_A_TIME)
        return torch.cat([ensemble(part) for part in parts]).numpy()
