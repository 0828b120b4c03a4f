"""A second opinion on the ANN: Integrated Gradients, by field, through Captum.

Sundararajan, Taly and Yan 2017, "Axiomatic Attribution for Deep Networks". The way from a table's
columns to the calibrated probability is rebuilt in PyTorch, so that it can be differentiated: no
feature has to be divided among the fields that it needs. The path runs from each row of the
background to the applicant, and the mean over the background is taken (Erion et al. 2021,
"Improving Performance of Deep Learning Models with Axiomatic Attribution Priors and Expected
Gradients"), so that the values compare with Shapley values over the same background.

On the path an applicant is a position: of a number its log1p (the form's default where it is not
stated), of a choice a share for each answer, and of both a share for "not stated".
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
from shared.loan.features import OWN_FEATURES, THOUSAND, features
from shared.loan.fields import Field, Fields
from shared.loan.predictor import Predictor

if TYPE_CHECKING:
    from torch import Tensor

FloatArray = NDArray[np.float64]

STEPS = 64  # points on each path
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
        here.expand_as(there), there, n_steps=STEPS, internal_batch_size=max(AT_A_TIME, len(there))
    )
    mean = found.mean(dim=0).numpy()
    starts = np.cumsum([0, *(_width(field) for field in fields)])[:-1]
    values = np.zeros(len(row))
    values[used] = np.add.reduceat(mean, starts) if used else 0.0
    (answer,), base = _answers(predictor, tables[0]), _answers(predictor, tables[1]).mean()
    return SecondOpinion(float(base), values, float(answer), float(answer - base - values.sum()))


def positions(fields: Fields, table: FloatArray) -> FloatArray:
    """Where applicants stand, as the path counts it.

    Args:
        fields: in the order of the columns.
        table: (N, F) float64, NaN for "not stated".

    Returns:
        (N, P) float64; of a number log1p and "not stated", of a choice each answer and "not
        stated". The columns of a field lie side by side.
    """
    columns: list[FloatArray] = []
    for field, column in zip(fields, table.T, strict=True):
        unstated = np.isnan(column)
        if field.kind == "number":
            columns.append(np.log1p(np.where(unstated, _default(field), column)))
        else:
            columns += [column == k for k in range(len(field.choices))]
        columns.append(unstated)
    return np.column_stack(columns).astype(np.float64)


def features_at(fields: Fields, place: Tensor) -> Tensor:
    """`shared.loan.features.features`, from positions.

    Args:
        fields: the fields that the models use.
        place: (N, P) float64.

    Returns:
        (N, K) float64, differentiable.
    """
    import torch

    split = place.split([_width(field) for field in fields], dim=1)
    parts = {field.name: part for field, part in zip(fields, split, strict=True)}
    columns = [_own(field, parts[field.name]) for field in fields]
    if parts.keys() >= OWN_FEATURES:
        names = [field.name for field in fields if field.name in OWN_FEATURES]
        columns.append(_together(*(parts[name][:, 0] for name in names)))
    return torch.cat(columns, dim=1)


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
    shares = _members(network, features_at(fields, place).float()).double().sigmoid().mean(dim=0)
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


def _own(field: Field, part: Tensor) -> Tensor:
    """What a field says by itself, as `features._own`, from its columns of the position."""
    import torch

    unstated = part[:, -1:]
    if field.kind == "choice" and len(field.choices) == 2:
        return torch.cat([unstated, part[:, 1:2] + 0.5 * unstated], dim=1)
    return torch.cat([unstated, part[:, :-1]], dim=1)


def _together(income: Tensor, second: Tensor, amount: Tensor, term: Tensor) -> Tensor:
    """As `features._together`, (N, 4), from the log1p of each."""
    import torch

    total = income.expm1() + second.expm1()
    whole = amount.expm1() * THOUSAND
    month = whole / term.expm1().clamp(min=1.0)
    logs = [total.log1p(), whole.log1p() - total.log1p(), month.log1p() - total.log1p()]
    return torch.stack([*logs, second.expm1() / total.clamp(min=1.0)], dim=1)


def _answers(predictor: Predictor, table: FloatArray) -> FloatArray:
    """(N,) what the ANN answers, from the columns that it uses."""
    seen = features(predictor.decision.used_fields, table)
    return calibrated(predictor.decision.calibration[ANN_AT], ann.approval(predictor.ann, seen))


def _width(field: Field) -> int:
    return 2 if field.kind == "number" else len(field.choices) + 1


def _default(field: Field) -> float:
    assert isinstance(field.default, int | float)
    return float(field.default)
