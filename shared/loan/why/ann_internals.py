"""Inside the ANN, for one applicant: from pieces to hidden units to the answers of its members."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.loan.models.ann import Ann, encode, hidden, members
from shared.loan.models.decision import calibrated
from shared.loan.models.features import Feature, describe, features
from shared.loan.models.predictor import Predictor
from shared.loan.models.registry import ANN, REGISTRY

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Pieces:
    """A feature, cut into pieces; the same for all members.

    Attributes:
        feature: in words.
        field: index of its field among those of an application; None where it needs several.
        low, high: (P,) where each piece begins and ends, in the feature's unit.
        filled: (P,) how much of each the applicant fills, 0..1; filled from the left.
    """

    feature: str
    field: int | None
    low: FloatArray
    high: FloatArray
    filled: FloatArray


@dataclass(frozen=True)
class Member:
    """One network of the ensemble, at work.

    Attributes:
        number: 0 for the first.
        fed: (G, U) what each of the G features in `Inside.pieces` feeds into each unit of the first
            hidden layer; with `offsets` it adds up to what the unit gets.
        offsets: (U,) biases of the first hidden layer.
        layers: for each hidden layer, (U,) its units, 0 or more: what they got, or 0 if that was
            less.
        weights: (U,) from each unit of the last hidden layer to the logit.
        contributions: (U,) unit times weight.
        bias: of the logit.
        logit: all contributions and the bias; above 0 this member would approve.
    """

    number: int
    fed: FloatArray
    offsets: FloatArray
    layers: tuple[FloatArray, ...]
    weights: FloatArray
    contributions: FloatArray
    bias: float
    logit: float


@dataclass(frozen=True)
class Inside:
    """What the ANN does for one applicant.

    Attributes:
        pieces: the features that it sees; one that did not vary in training is left out.
        members: (M,) probability of approval of each member (0..1), not calibrated.
        member: one of them, unit by unit.
        mean: of `members`.
        answer: the mean after calibration, which is what the ANN answers.
    """

    pieces: tuple[Pieces, ...]
    members: FloatArray
    member: Member
    mean: float
    answer: float


def inside(predictor: Predictor, row: FloatArray, number: int = 0) -> Inside:
    """Look inside the ANN of a checkpoint.

    Args:
        predictor: a loaded checkpoint.
        row: (F,) float64 in the order of the decision's fields, NaN for "not stated".
        number: of the member that is shown unit by unit, 0 for the first.

    Raises:
        InputError: there is no such member.
    """
    decision, network = predictor.decision, predictor.ann
    count = len(network.weights[-1])
    if number not in range(count):
        raise InputError(f"There is no member {number}. Members are numbered 0 to {count - 1}.")
    seen = features(decision.used_fields, row[None, list(decision.used)])
    layers = hidden(network, seen)
    probabilities = members(layers)[:, 0]
    mean = probabilities.mean()
    calibration = decision.calibration[REGISTRY.index(ANN)]
    return Inside(
        pieces=_pieces(predictor, seen[0]),
        members=probabilities,
        member=_member(network, seen, [layer[number, 0] for layer in layers], number),
        mean=float(mean),
        answer=float(calibrated(calibration, mean[None])[0]),
    )


def _pieces(predictor: Predictor, seen: NDArray[np.float32]) -> tuple[Pieces, ...]:
    cut, decision = predictor.ann.encoding, predictor.decision
    described = describe(decision.used_fields)
    filled = np.clip((seen[cut.source] - cut.low) / cut.width, 0, 1).astype(np.float64)
    pieces = []
    for k in np.unique(cut.source):
        mine, feature = cut.source == k, described[k]
        low, high = cut.low[mine], cut.low[mine] + cut.width[mine]
        field = None if feature.field is None else decision.used[feature.field]
        ends = _natural(feature, low), _natural(feature, high)
        pieces.append(Pieces(feature.words, field, *ends, filled[mine]))
    return tuple(pieces)


def _natural(feature: Feature, ends: NDArray[np.float32]) -> FloatArray:
    return np.array([feature.natural(float(end)) for end in ends])


def _member(
    network: Ann, seen: NDArray[np.float32], layers: list[NDArray[np.float32]], number: int
) -> Member:
    source = network.encoding.source
    entering = encode(network.encoding, seen)[0, :, None] * network.weights[0][number]
    fed = [entering[source == k].sum(axis=0) for k in np.unique(source)]
    *units, logit = (layer.astype(np.float64) for layer in layers)
    weights = network.weights[-1][number, :, 0].astype(np.float64)
    return Member(
        number=number,
        fed=np.array(fed, dtype=np.float64),
        offsets=network.biases[0][number, 0].astype(np.float64),
        layers=tuple(units),
        weights=weights,
        contributions=units[-1] * weights,
        bias=float(network.biases[-1][number, 0, 0]),
        logit=float(logit[0]),
    )
