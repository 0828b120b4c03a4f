"""Inside the ANN: what every part does for one applicant adds up to what it answers."""

from __future__ import annotations

import numpy as np
import pytest
from simulated_applicants import LINE, TWELVE, applicants, learnt_from, predictor_of

from shared.errors import InputError
from shared.loan.fields.declared import FIELDS, Field
from shared.loan.models.ann import Ann, Encoding, approval
from shared.loan.models.decision import calibrated
from shared.loan.models.features import features
from shared.loan.models.predictor import Predictor
from shared.loan.why.ann_internals import inside
from training.loan.ann import Settings, fit_ann

QUICK = Settings(members=3, layers=2, units=8, steps=30)
USED = (0, 1, 2, 3, 4, 5, 11)
ROW = applicants(TWELVE, 1, seed=5)[0]


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    seen, approved = learnt_from(tuple(TWELVE[k] for k in USED))
    network = fit_ann(seen, approved.astype(np.float64), QUICK, seed=0)
    return predictor_of(network, TWELVE, USED)


def test_one_unit_gives_what_is_worked_out_by_hand() -> None:
    """Income in thousands in two pieces, 0..1 and 1..3 of the logarithm; two members."""
    income: tuple[Field, ...] = (FIELDS[0],)
    pieces = [[1, 1], [0, 1], [1, 2], [0, 0.5], [1, 2]]
    source, low, width, centre, scale = (np.array(x, np.float32) for x in pieces)
    encoding = Encoding(source.astype(np.int64), low, width, centre, scale)
    first = np.array([[[1, -1], [2, 0]], [[0, 0], [0, 0]]], np.float32)
    last = np.array([[[3], [5]], [[1], [1]]], np.float32)
    offsets = np.array([[[0.5, 0]], [[0, 0]]], np.float32)
    biases = np.array([[[-4]], [[0]]], np.float32)
    network = Ann(encoding, (first, last), (offsets, biases))
    internals = inside(predictor_of(network, income, (0,)), np.array([np.expm1(2.5)]))
    (cut,) = internals.pieces
    assert (cut.feature, cut.field) == ("Applicant's income", 0)
    assert cut.low == pytest.approx(np.expm1([0, 1]))
    assert cut.high == pytest.approx(np.expm1([1, 3]))
    assert cut.filled == pytest.approx([1, 0.75])
    # Encoded: (1 - 0) 1 = 1 and (0.75 - 0.5) 2 = 0.5; fed: 1 1 + 0.5 2 = 2 and -1.
    assert internals.member.fed == pytest.approx(np.array([[2, -1]]))
    assert internals.member.layers[0] == pytest.approx([2.5, 0])
    assert internals.member.contributions == pytest.approx([7.5, 0])
    assert internals.member.logit == pytest.approx(3.5)
    assert internals.members == pytest.approx([1 / (1 + np.exp(-3.5)), 0.5])


@pytest.mark.parametrize("number", range(QUICK.members))
def test_contributions_and_bias_add_up_to_the_members_logit(
    predictor: Predictor, number: int
) -> None:
    internals = inside(predictor, ROW, number)
    member = internals.member
    assert member.number == number
    assert member.contributions.sum() + member.bias == pytest.approx(member.logit, abs=1e-5)
    assert 1 / (1 + np.exp(-member.logit)) == pytest.approx(internals.members[number])
    assert member.contributions == pytest.approx(member.layers[-1] * member.weights)


def test_what_is_fed_and_the_offsets_make_the_first_units(predictor: Predictor) -> None:
    internals = inside(predictor, ROW)
    got = internals.member.fed.sum(axis=0) + internals.member.offsets
    assert internals.member.layers[0] == pytest.approx(np.maximum(got, 0), abs=1e-5)
    assert internals.member.fed.shape == (len(internals.pieces), QUICK.units)
    assert [len(layer) for layer in internals.member.layers] == [QUICK.units] * QUICK.layers


def test_members_and_calibration_lead_to_the_answer(predictor: Predictor) -> None:
    internals = inside(predictor, ROW)
    seen = features(predictor.decision.used_fields, ROW[None, list(USED)])
    (mean,) = approval(predictor.ann, seen)
    assert internals.members.shape == (QUICK.members,) and np.ptp(internals.members) > 0
    assert internals.mean == pytest.approx(internals.members.mean()) == pytest.approx(mean)
    assert internals.answer == pytest.approx(calibrated(LINE, np.array([mean]))[0])


def test_pieces_are_filled_from_the_left_and_name_their_field(predictor: Predictor) -> None:
    internals = inside(predictor, ROW)
    for cut in internals.pieces:
        assert (cut.low[1:] == pytest.approx(cut.high[:-1])) and (cut.low < cut.high).all()
        assert (np.diff(cut.filled) <= 0).all()
        assert ((cut.filled[:-1] == 1) | (cut.filled[1:] == 0)).all()
    fields = {cut.feature: cut.field for cut in internals.pieces}
    assert (fields["Applicant's income"], fields["Home: Rented"]) == (0, 11)
    assert fields["amount to income"] is None


def test_a_field_that_is_not_used_changes_nothing(predictor: Predictor) -> None:
    other = ROW.copy()
    other[8] = 1 - np.nan_to_num(other[8])
    assert np.array_equal(inside(predictor, ROW).members, inside(predictor, other).members)


@pytest.mark.parametrize("number", [-1, 3])
def test_a_member_that_is_not_there_is_refused(predictor: Predictor, number: int) -> None:
    with pytest.raises(InputError, match=f"no member {number}. Members are numbered 0 to 2"):
        inside(predictor, ROW, number)
