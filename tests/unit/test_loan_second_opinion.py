"""Integrated Gradients of the ANN: by field, adding up to the answer."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from simulated_applicants import LINE, TWELVE, applicants, learnt_from, predictor_of

from shared.loan.fields.declared import FIELDS, Fields
from shared.loan.models.ann import Ann, Encoding, approval
from shared.loan.models.decision import calibrated
from shared.loan.models.features import feature_names, features
from shared.loan.models.predictor import Predictor
from shared.loan.why.integrated_gradients import (
    CLOSE,
    answers_at,
    features_at,
    positions,
    second_opinion_ann,
)
from shared.loan.why.shapley import shapley
from training.loan.ann import Settings, fit_ann

QUICK = Settings(members=4, layers=2, units=16, steps=60, decay=0.1)
ALL = {"eleven": FIELDS, "twelve": TWELVE}


def fitted(fields: Fields, used: tuple[int, ...]) -> Predictor:
    seen, approved = learnt_from(tuple(fields[k] for k in used))
    network = fit_ann(seen, approved.astype(np.float64), QUICK, seed=0)
    return predictor_of(network, fields, used)


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return fitted(FIELDS, tuple(range(8)))


def answer_of(predictor: Predictor, table: np.ndarray) -> np.ndarray:
    """(N, 1) of the ANN alone, as the Shapley values want it."""
    decision = predictor.decision
    seen = features(decision.used_fields, table[:, decision.used])
    return calibrated(decision.calibration[1], approval(predictor.ann, seen))[:, None]


def test_nothing_heavy_is_imported_before_the_first_second_opinion() -> None:
    names = ("integrated_gradients", "tree_interpreter", "ann_internals")
    modules = ", ".join(f"shared.loan.why.{name}" for name in names)
    heavy = "{'torch', 'captum', 'sklearn', 'skops', 'scipy', 'gradio'}"
    code = f"import sys, {modules}; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("fields", ALL.values(), ids=ALL)
def test_features_are_the_same_in_torch(fields: Fields) -> None:
    ends = np.array([[np.nan], [0.0]]) * np.ones(len(fields))  # nothing stated; nothing earned
    table = np.vstack([applicants(fields, 300), ends])
    place = torch.from_numpy(positions(fields, table))
    assert features_at(fields, place).numpy() == pytest.approx(features(fields, table), abs=1e-5)
    assert features_at(fields, place).shape[1] == len(feature_names(fields))


def test_features_are_the_same_where_an_income_is_not_asked_for() -> None:
    fields = FIELDS[1:]
    table = applicants(fields, 50)
    place = torch.from_numpy(positions(fields, table))
    assert features_at(fields, place).numpy() == pytest.approx(features(fields, table), abs=1e-5)


def test_answers_are_the_same_in_torch(predictor: Predictor) -> None:
    table, decision = applicants(FIELDS, 300), predictor.decision
    place = torch.from_numpy(positions(decision.used_fields, table[:, decision.used]))
    opinion = answers_at(predictor.ann, decision.calibration[1], decision.used_fields, place)
    assert opinion.numpy() == pytest.approx(answer_of(predictor, table)[:, 0], abs=1e-5)


@pytest.mark.parametrize("row", applicants(FIELDS, 4, seed=9))
def test_base_and_values_add_up_to_the_answer(predictor: Predictor, row: np.ndarray) -> None:
    opinion = second_opinion_ann(predictor, row)
    people = predictor.population.table[predictor.population.background]
    assert opinion.answer == pytest.approx(answer_of(predictor, row[None])[0, 0])
    assert opinion.base == pytest.approx(answer_of(predictor, people).mean())
    assert opinion.base + opinion.values.sum() + opinion.gap == pytest.approx(opinion.answer)
    assert abs(opinion.gap) < CLOSE
    assert np.abs(opinion.values).max() > 0.01


def test_fields_that_are_not_used_get_exactly_nothing(predictor: Predictor) -> None:
    assert not second_opinion_ann(predictor, applicants(FIELDS, 1)[0]).values[8:].any()


def test_a_field_that_the_network_does_not_look_at_gets_exactly_nothing(
    predictor: Predictor,
) -> None:
    names, first = feature_names(FIELDS[:8]), predictor.ann.weights[0].copy()
    ours = [k for k, name in enumerate(names) if name.startswith("property_area")]
    first[:, np.isin(predictor.ann.encoding.source, ours)] = 0
    network = replace(predictor.ann, weights=(first, *predictor.ann.weights[1:]))
    values = second_opinion_ann(
        replace(predictor, models=(None, network)), applicants(FIELDS, 1)[0]
    ).values
    assert values[5] == 0 and values[4] != 0


def test_a_field_alone_gets_what_its_shapley_value_gives_it() -> None:
    """There is nothing to share: both methods give it the whole difference."""
    only = fitted(FIELDS, (4,))
    row, people = applicants(FIELDS, 1, seed=4)[0], only.population
    background = people.table[people.background]
    exact = shapley(lambda table: answer_of(only, table), row, background, (4,))
    assert abs(exact.values[4, 0]) > 0.01
    assert second_opinion_ann(only, row).values == pytest.approx(exact.values[:, 0], abs=CLOSE)


def test_a_twelfth_field_is_explained_like_any_other() -> None:
    used = (0, 1, 2, 3, 4, 11)
    opinion = second_opinion_ann(fitted(TWELVE, used), applicants(TWELVE, 1, seed=6)[0])
    assert opinion.values.shape == (12,) and opinion.values[11] != 0
    assert not opinion.values[5:11].any() and abs(opinion.gap) < CLOSE


def test_one_straight_piece_gives_what_is_worked_out_by_hand() -> None:
    """A logit of 2 where the history is bad, -2 where it is good; calibration bends nothing."""
    encoding = Encoding(np.array([1]), *(np.array([x], np.float32) for x in (0, 1, 0.5, 1)))
    network = Ann(encoding, (np.array([[[4.0]]], np.float32),), (np.zeros((1, 1, 1), np.float32),))
    history = (FIELDS[4],)
    predictor = predictor_of(network, history, (0,))
    decision = replace(predictor.decision, calibration=(None, type(LINE)(1.0, 1.0, 0.0)))
    people = replace(predictor.population, table=np.zeros((1, 1)), background=np.array([0]))
    predictor = replace(predictor, decision=decision, population=people)
    opinion = second_opinion_ann(predictor, np.array([1.0]))
    low, high = 1 / (1 + np.exp(2)), 1 / (1 + np.exp(-2))
    assert (opinion.base, opinion.answer) == pytest.approx((low, high))
    assert opinion.values == pytest.approx([high - low], abs=1e-5)
