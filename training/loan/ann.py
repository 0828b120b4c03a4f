"""Fit the ANN: a whole ensemble at once, as one batch of matrices in PyTorch.

What helps with a few hundred rows, measured by the compare stage: features cut into pieces, rows
mixed with one another, softer targets, strong dropout and weight decay, few steps, many members.
"""

import itertools
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from shared.device import best_device
from shared.loan.models.ann import Ann, Encoding, encode

Floats = NDArray[np.float32]
FEW = 4  # a feature with no more distinct values than this is taken as it is
LEAST_SPREAD = 0.1  # of a feature taken as it is; a rarer flag would weigh too much
SMALL = 1e-6


@dataclass(frozen=True)
class Settings:
    """How the ensemble is built and trained.

    Attributes:
        members: networks of the ensemble.
        layers, units: hidden layers and units of each.
        pieces: bins that a feature is cut into, by quantiles; 0 leaves features as they are.
        mixing: rows and targets are mixed in pairs, by shares from Beta(mixing, mixing) (mixup,
            Zhang et al. 2018); 0 mixes nothing.
        soft: weight of a forest's probability in the targets (`candidates.soft_targets`).
        dropout: share of hidden units that are silenced in each step.
        decay: of the weights (AdamW, Loshchilov and Hutter 2019).
        rate: learning rate at the start; it falls to 0 along a cosine.
        steps: each over all rows.
    """

    members: int = 16
    layers: int = 1
    units: int = 32
    pieces: int = 12
    mixing: float = 1.0
    soft: float = 0.5
    dropout: float = 0.6
    decay: float = 2.0
    rate: float = 0.01
    steps: int = 160

    def as_json(self) -> dict[str, Any]:
        """For the record."""
        return asdict(self)


def fit_ann(
    features: Floats, targets: NDArray[np.float64], settings: Settings, *, seed: int
) -> Ann:
    """Fit the ensemble.

    Args:
        features: (N, K) float32 of the training rows.
        targets: (N,) 0..1, soft or not.
        settings: of the ensemble.
        seed: fixes first weights, mixing and dropout; a run repeats to the last digit.
    """
    encoding = fit_encoding(features, settings.pieces)
    inputs = torch.from_numpy(encode(encoding, features))
    wanted = torch.from_numpy(targets.astype(np.float32))
    device = torch.device(best_device())
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Ensemble(inputs.shape[1], settings).to(device)
        _train(network, inputs.to(device), wanted.to(device), settings)
    weights = tuple(w.detach().cpu().numpy() for w in network.weights)
    return Ann(encoding, weights, tuple(b.detach().cpu().numpy() for b in network.biases))


class Ensemble(nn.Module):
    """M perceptrons side by side: each layer is a batch of M matrices."""

    def __init__(self, inputs: int, settings: Settings) -> None:
        """He's initialisation (2015), halved in the last layer so that first answers are unsure."""
        super().__init__()
        sizes = [inputs, *[settings.units] * settings.layers, 1]
        shapes = list(itertools.pairwise(sizes))
        self.members, self.dropout = settings.members, settings.dropout
        self.weights = nn.ParameterList(
            torch.randn(self.members, i, o) * (2 / i) ** 0.5 * (0.5 if o == 1 else 1.0)
            for i, o in shapes
        )
        self.biases = nn.ParameterList(torch.zeros(self.members, 1, o) for _, o in shapes)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """(M, N, E) encoded features, each member's own, to (M, N) logits."""
        state = inputs
        last = len(self.weights) - 1
        for at, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            state = torch.baddbmm(bias.expand(-1, state.shape[1], -1), state, weight)
            if at < last:
                state = nn.functional.dropout(torch.relu(state), self.dropout, self.training)
        return state[..., 0]


def _train(
    network: Ensemble, inputs: torch.Tensor, targets: torch.Tensor, settings: Settings
) -> None:
    groups = [
        {"params": list(network.weights), "weight_decay": settings.decay},
        {"params": list(network.biases), "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=settings.rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, settings.steps)
    network.train()
    for _ in range(settings.steps):
        optimiser.zero_grad()
        rows, wanted = _mixed(inputs, targets, settings)
        loss = nn.functional.binary_cross_entropy_with_logits(network(rows), wanted)
        (loss * settings.members).backward()  # each member as if it were alone
        optimiser.step()
        schedule.step()
    network.eval()


def _mixed(
    inputs: torch.Tensor, targets: torch.Tensor, settings: Settings
) -> tuple[torch.Tensor, torch.Tensor]:
    """(M, N, E) rows and (M, N) targets of one step; each member mixes its own pairs.

    Mixup (Zhang et al. 2018): 0.7 of one applicant and 0.3 of another, with a target that is 0.7 of
    one label and 0.3 of the other. Between two rows the answer then runs straight instead of
    jumping, and a few hundred rows become as many pairs as there are steps: nothing to learn by
    heart.
    """
    members, count = settings.members, len(inputs)
    if not settings.mixing:
        return inputs.expand(members, -1, -1), targets.expand(members, -1)
    parameter = torch.tensor(settings.mixing, device=inputs.device)
    share = torch.distributions.Beta(parameter, parameter).sample((members, count))
    other = torch.rand(members, count, device=inputs.device).argsort(dim=1)
    rows = torch.lerp(inputs[other], inputs, share[..., None])
    return rows, torch.lerp(targets[other], targets.expand(members, -1), share)


def fit_encoding(features: Floats, pieces: int) -> Encoding:
    """Cut features into pieces at their quantiles.

    Args:
        features: (N, K) float32; a feature without spread is left out.
        pieces: bins of a feature with more than `FEW` distinct values; 0 takes all as they are.
    """
    source: list[int] = []
    low: list[float] = []
    width: list[float] = []
    for k, column in enumerate(features.T.astype(np.float64)):
        edges = _edges(column, pieces)
        source += [k] * (len(edges) - 1)
        low += edges[:-1].tolist()
        width += np.diff(edges).tolist()
    whole = Encoding(
        np.array(source, np.int64),
        np.array(low, np.float32),
        np.array(width, np.float32),
        np.zeros(len(low), np.float32),
        np.ones(len(low), np.float32),
    )
    return _centred(whole, features, alone=np.bincount(source, minlength=features.shape[1]) == 1)


def _edges(column: NDArray[np.float64], pieces: int) -> NDArray[np.float64]:
    edges = np.unique(column)
    if len(edges) > FEW and pieces:
        edges = np.unique(np.quantile(column, np.linspace(0, 1, pieces + 1)))
    ends = np.array([edges[0], edges[-1]]) if len(edges) <= FEW or not pieces else edges
    return ends if ends[-1] - ends[0] > SMALL else ends[:1]


def _centred(encoding: Encoding, features: Floats, *, alone: NDArray[np.bool_]) -> Encoding:
    """Centre all columns; those that are a whole feature are brought to one spread as well."""
    columns = encode(encoding, features)
    spread = np.maximum(columns.std(axis=0), LEAST_SPREAD)
    scale = np.where(alone[encoding.source], 1 / spread, 1.0).astype(np.float32)
    return Encoding(encoding.source, encoding.low, encoding.width, columns.mean(axis=0), scale)
