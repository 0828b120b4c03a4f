"""Temperature, prediction sets and the gate, against numbers worked out by hand."""

import json

import numpy as np
import pytest

from shared.errors import CheckpointError
from shared.tumor.decision import prediction_set, probabilities, read_decision


def test_temperature_two_halves_the_logits():
    calibrated = probabilities(np.array([2 * np.log(3.0), 0.0], np.float32), 2.0)
    np.testing.assert_allclose(calibrated, [0.75, 0.25], rtol=1e-6)


def test_huge_logits_do_not_overflow():
    assert probabilities(np.array([1e4, 0.0], np.float32), 1.0).tolist() == [1.0, 0.0]


def test_the_set_holds_all_classes_over_the_threshold():
    inside = prediction_set(np.array([[0.5, 0.3, 0.2], [0.9, 0.06, 0.04]]), 0.75)
    assert inside.tolist() == [[True, True, False], [True, False, False]]


def test_the_likeliest_class_is_in_the_set_even_when_no_class_is_likely_enough():
    assert prediction_set(np.array([0.4, 0.35, 0.25]), 0.1).tolist() == [True, False, False]


def test_a_decision_without_a_temperature_is_refused_by_name(tmp_path):
    (tmp_path / "decision.json").write_text(json.dumps({"labels": ["a"], "input_size": 8}))
    with pytest.raises(CheckpointError, match=r"decision\.json.*temperature"):
        read_decision(tmp_path)
