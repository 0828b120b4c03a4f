"""A second opinion on the ANN: Integrated Gradients, by field, through Captum.

Sundararajan, Taly and Yan 2017, "Axiomatic Attribution for Deep Networks". The way from a table's
columns to the calibrated probability is rebuilt in PyTorch, so that it can be differentiated: no
feature has to be divided among the fields that it needs. The path runs from each row of the
background to the applicant, and the mean over the background is taken (Erion et al. 2021,
"Improving Performance of Deep Learning Models with Axiomatic Attribution Priors and Expected
Gradients"), so that the values compare with Shapley values over the same background.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shared.loan import ann
from shared.loan.ann import Ann
from shared.loan.calibration import LEAST, Calibration, calibrated
from shared.loan.decision import MODELS
from shared.loan.features import features
from shared.loan.fields import Fields
from shared.loan.positions import features_at, positions, width
from shared.loan.predictor import Predictor

if TYPE_CHECKING:
    from torch import Tensor

FloatArray = NDArray[np.float64]

STEPS = 128  # points on each path
CLOSE = 1e-3  # of a probability: the values must add up so closely (tests hold them to it)
AT_A_TIME = 8192  # points in one pass; bounds the memory
ANN_AT = MODELS.index("ann")


@dataclass(frozen=True)
class SecondOpinion:
    """Where the ANN's answer comes from, by Integrated Gradients.

    Attributes:
        base: mean calibrated probability of the background (0..1).
        values: (F,) what each field adds to it (-1..1); exactly 0 for a field that is not used.
        answer: calibrated probability of the applicant (0..1).
        gap: answer - base - sum of values: what the sum over `STEPS` points misses.
    """

    base: float
    values: FloatArray
    answer: float
    gap: float


def second_opinion_ann(predictor: Predictor, row: FloatArray) -> SecondOpinion:
    """Integrated Gradients of the ANN's calibrated probability, over the fields.

    Args:
        predictor: a loaded checkpoint.
        row: (F,) float64 in the order of the decision's fields, NaN for "not stated".
    """
    import torch
    from captum.attr import IntegratedGradients

    decision, people = predictor.decision, predictor.population
    fields, used = decision.used_fields, list(decision.used)
    tables = row[None, used], people.table[people.background][:, used]
    here, there = (torch.from_numpy(positions(fields, table)) for table in tables)

    def output(batch: Tensor) -> Tensor:
        return answers_at(predictor.ann, decision.calibration[ANN_AT], fields, batch)

    found = IntegratedGradients(output).attribute(
        here.expand_as(there), there, method="riemann_middle", n_steps=STEPS,
        internal_batch_size=max(AT_A_TIME, len(there)),
    )  # fmt: skip
    mean = found.mean(dim=0).numpy()
    starts = np.cumsum([0, *(width(field) for field in fields)])[:-1]
    values = np.zeros(len(row))
    values[used] = np.add.reduceat(mean, starts) if used else 0.0
    (answer,), base = _answers(predictor, tables[0]), _answers(predictor, tables[1]).mean()
    return SecondOpinion(float(base), values, float(answer), float(answer - base - values.sum()))


def answers_at(network: Ann, line: Calibration, fields: Fields, place: Tensor) -> Tensor:
    """The ANN's calibrated probability, from positions.

    Args:
        network: a trained network.
        line: its calibration.
        fields: the fields that the models use.
        place: (N, P) float64.

    Returns:
        (N,) float64 in 0..1, differentiable.
    """
    import torch

    # To 32 bits as for the answer: what lies on the edge of a piece falls on the same side.
    logits = _members(network, features_at(fields, place).float()).double()
    shares = logits.sigmoid().mean(dim=0)
    kept = shares.clamp(LEAST, 1 - LEAST)
    logit = line.low * kept.log() - line.high * torch.log1p(-kept) + line.offset
    return logit.sigmoid()


def _members(network: Ann, seen: Tensor) -> Tensor:
    """(M, N) logits of (N, K) features."""
    import torch

    cut = network.encoding
    low, width, centre, scale = (
        torch.from_numpy(each) for each in (cut.low, cut.width, cut.centre, cut.scale)
    )
    pieces = ((seen[:, torch.from_numpy(cut.source)] - low) / width).clamp(0, 1)
    state = ((pieces - centre) * scale)[None]
    layers = list(zip(network.weights, network.biases, strict=True))
    for at, (weight, bias) in enumerate(layers, start=1):
        state = torch.matmul(state, torch.from_numpy(weight)) + torch.from_numpy(bias)
        state = state.relu() if at < len(layers) else state
    return state[..., 0]


def _answers(predictor: Predictor, table: FloatArray) -> FloatArray:
    """(N,) what the ANN answers, from the columns that it uses."""
    seen = features(predictor.decision.used_fields, table)
    return calibrated(predictor.decision.calibration[ANN_AT], ann.approval(predictor.ann, seen))
