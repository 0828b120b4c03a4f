"""A second opinion on the ANN: Integrated Gradients, by field, through Captum.

Sundararajan, Taly and Yan 2017, "Axiomatic Attribution for Deep Networks". The way from a table's
columns to the calibrated probability is rebuilt in PyTorch, so that it can be differentiated: no
feature has to be divided among the fields that it needs. The path runs from each row of the
background to the applicant, and the mean over the background is taken (Erion et al. 2021,
"Improving Performance of Deep Learning Models with Axiomatic Attribution Priors and Expected
Gradients"), so that the values compare with Shapley values over the same background.

A path needs places between two applicants. A number stands at its square root (at that of the
form's default where it is not stated): evenly in amounts, features would leap at the first coins of
an income; evenly in their logarithms, most of the way would lie below any income that people have.
A choice has a share for each answer, and every field a share for "not stated".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shared.device import best_device
from shared.loan.fields.declared import Field, Fields
from shared.loan.models.ann import Ann
from shared.loan.models.decision import LEAST, Calibration, calibrated
from shared.loan.models.features import OWN_FEATURES, features, of_several
from shared.loan.models.predictor import Predictor
from shared.loan.models.registry import ANN, REGISTRY

if TYPE_CHECKING:
    from torch import Tensor

FloatArray = NDArray[np.float64]
# Network, calibration, fields, applicant, background, what the values shall add up to.
Integrate = Callable[
    [Ann, Calibration, Fields, FloatArray, FloatArray, float], tuple[FloatArray, int]
]

CLOSE = 1e-3  # of a probability: the values shall add up so closely
STEPS = (128, 256, 1024)  # points on each path, more where the values do not add up
AT_A_TIME = 1024  # points in one pass; keeps them within the processor's cache
ANN_AT = REGISTRY.index(ANN)


@dataclass(frozen=True)
class SecondOpinion:
    """Where the ANN's answer comes from, by Integrated Gradients.

    Attributes:
        base: mean calibrated probability of the background (0..1).
        values: (F,) what each field adds to it (-1..1); exactly 0 for a field that is not used.
        answer: calibrated probability of the applicant (0..1).
        gap: answer - base - sum of values: what a sum over points misses of the integral; beyond
            `CLOSE` only where even the most of `STEPS` are too few.
        steps: points on each path.
    """

    base: float
    values: FloatArray
    answer: float
    gap: float
    steps: int


def second_opinion_ann(
    predictor: Predictor, row: FloatArray, integrate: Integrate | None = None
) -> SecondOpinion:
    """Integrated Gradients of the ANN's calibrated probability, over the fields.

    Args:
        predictor: a loaded checkpoint.
        row: (F,) float64 in the order of the decision's fields, NaN for "not stated".
        integrate: does the heavy part, as `integrated` does; None does it in this process.
    """
    decision = predictor.decision
    fields, used = decision.used_fields, list(decision.used)
    ours, theirs = row[None, used], predictor.background[:, used]
    calibration = decision.calibration[ANN_AT]
    of_ours, of_theirs = (
        calibrated(calibration, ANN.approval(predictor.ann, features(fields, table)))
        for table in (ours, theirs)
    )
    answer, base = float(of_ours[0]), float(of_theirs.mean())
    values = np.zeros(len(row))
    values[used], steps = (integrate or integrated)(
        predictor.ann, calibration, fields, ours, theirs, answer - base
    )
    return SecondOpinion(base, values, answer, answer - base - float(values.sum()), steps)


def import_captum(folder: Path) -> None:
    """Import PyTorch and Captum, which takes seconds; no checkpoint changes what is needed."""
    import captum.attr  # noqa: F401


def integrated(
    network: Ann,
    calibration: Calibration,
    fields: Fields,
    ours: FloatArray,
    theirs: FloatArray,
    difference: float,
    *,
    device: str | None = None,
) -> tuple[FloatArray, int]:
    """The heavy part, on plain arrays: for another process, or for a GPU.

    Args:
        network: a trained network.
        calibration: of its probabilities.
        fields: the F fields that the models use.
        ours: (1, F) float64, the applicant.
        theirs: (B, F) float64, the background.
        difference: what the values shall add up to.
        device: as PyTorch names it; None for the best one of this process.

    Returns:
        (F,) float64 what each field adds, and the points on each path.
    """
    import torch

    at = device or best_device()
    here, there = (torch.from_numpy(positions(fields, table)).to(at) for table in (ours, theirs))
    starts = np.cumsum([0, *(width(field) for field in fields)])[:-1]
    output = partial(answers_at, network, calibration, fields)
    for steps in STEPS:
        values = np.add.reduceat(_along(output, here, there, steps), starts)
        if abs(difference - float(values.sum())) <= CLOSE:
            break
    return values, steps


def _along(
    output: Callable[[Tensor], Tensor], here: Tensor, there: Tensor, steps: int
) -> FloatArray:
    """(P,) Integrated Gradients of each column of the position, mean over the background."""
    from captum.attr import IntegratedGradients

    gradients = IntegratedGradients(output).attribute(
        here.expand_as(there), there, n_steps=steps, method="riemann_middle",
        internal_batch_size=max(AT_A_TIME, len(there)),
    )  # fmt: skip
    return np.asarray(gradients.mean(dim=0).cpu().numpy())


def answers_at(network: Ann, calibration: Calibration, fields: Fields, place: Tensor) -> Tensor:
    """(N,) calibrated probability of the ANN (0..1), differentiable, from (N, P) positions."""
    import torch

    # To 32 bits as for the answer: what lies on the edge of a piece falls on the same side.
    logits = _members(network, features_at(fields, place).float()).double()
    kept = logits.sigmoid().mean(dim=0).clamp(LEAST, 1 - LEAST)
    low, high = kept.log(), -torch.log1p(-kept)
    return (calibration.low * low + calibration.high * high + calibration.offset).sigmoid()


def _members(network: Ann, seen: Tensor) -> Tensor:
    """(M, N) logits of (N, K) features."""
    import torch

    cut = network.encoding
    at = seen.device
    low, width, centre, scale = (
        torch.from_numpy(part).to(at) for part in (cut.low, cut.width, cut.centre, cut.scale)
    )
    pieces = ((seen[:, torch.from_numpy(cut.source).to(at)] - low) / width).clamp(0, 1)
    state = ((pieces - centre) * scale)[None]
    layers = list(zip(network.weights, network.biases, strict=True))
    for depth, (weight, bias) in enumerate(layers, start=1):
        state = torch.matmul(state, torch.from_numpy(weight).to(at))
        state = state + torch.from_numpy(bias).to(at)
        state = state.relu() if depth < len(layers) else state
    return state[..., 0]


def positions(fields: Fields, table: FloatArray) -> FloatArray:
    """(N, P) places of applicants on the way to them: `width(field)` columns for each field."""
    columns: list[NDArray[np.generic]] = []
    for field, column in zip(fields, table.T, strict=True):
        unstated = np.isnan(column)
        if field.kind == "number":
            assert isinstance(field.default, int | float)
            columns.append(np.sqrt(np.where(unstated, float(field.default), column)))
        else:
            columns += [column == k for k in range(len(field.choices))]
        columns.append(unstated)
    return np.column_stack(columns).astype(np.float64)


def width(field: Field) -> int:
    """How many columns of a position belong to a field."""
    return 2 if field.kind == "number" else len(field.choices) + 1


def features_at(fields: Fields, place: Tensor) -> Tensor:
    """`shared.loan.models.features.features` from (N, P) positions: (N, K), differentiable."""
    import torch

    numbers: dict[str, Tensor] = {}
    columns: list[Tensor] = []
    for field, part in zip(fields, place.split([width(f) for f in fields], dim=1), strict=True):
        columns.append(part[:, -1:])
        if field.kind == "number":
            numbers[field.name] = part[:, 0].square()
            columns.append(numbers[field.name].log1p()[:, None])
        elif len(field.choices) == 2:
            columns.append(part[:, 1:2] + 0.5 * part[:, 2:])
        else:
            columns.append(part[:, :-1])
    if numbers.keys() >= OWN_FEATURES:
        own = (number for name, number in numbers.items() if name in OWN_FEATURES)
        columns += [column[:, None] for column in of_several(*own, library=torch).values()]
    return torch.cat(columns, dim=1)
