"""Metrics against numbers worked out by hand and against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, f1_score, roc_auc_score

from training.metrics import (
    bootstrap,
    expected_calibration_error,
    proportion,
    reliability,
    share,
)
from training.tumor import answers

TRUTH = np.array([0, 0, 0, 1, 1, 2])
ANSWER = np.array([0, 0, 1, 1, 1, 0])


def test_confusion_by_hand():
    table = answers.confusion(TRUTH, ANSWER, 3)
    assert table.tolist() == [[2, 1, 0], [0, 2, 0], [1, 0, 0]]


def test_macro_f1_is_that_of_scikit_learn():
    ours = answers.macro_f1(TRUTH, ANSWER, 3)(np.ones(6))
    assert ours == pytest.approx(f1_score(TRUTH, ANSWER, average="macro"))


def test_a_weight_of_two_counts_a_slice_twice():
    weights = np.array([2.0, 1, 1, 1, 1, 1])
    repeated = np.r_[0, np.arange(6)]
    ours = answers.macro_f1(TRUTH, ANSWER, 3)(weights)
    assert ours == pytest.approx(f1_score(TRUTH[repeated], ANSWER[repeated], average="macro"))


def test_auc_and_brier_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 200)
    probabilities = rng.dirichlet([1, 1, 1], 200)
    one = np.ones(200)
    expected = roc_auc_score(truth, probabilities, multi_class="ovr", average="macro")
    assert answers.auc(truth, probabilities)(one) == pytest.approx(expected)
    by_class = [brier_score_loss(truth == k, probabilities[:, k]) for k in range(3)]
    assert answers.brier(truth, probabilities)(one) == pytest.approx(sum(by_class))


def test_calibration_error_by_hand():
    confidence = np.array([0.95, 0.95, 0.95, 0.55])
    correct = np.array([True, True, False, True])
    error = expected_calibration_error(correct, confidence, answers.BINS)(np.ones(4))
    assert error == pytest.approx((3 * abs(2 / 3 - 0.95) + 0.45) / 4)
    bins = reliability(correct, confidence, answers.BINS)
    assert [b["n"] for b in bins] == [1, 3]
    assert bins[1]["accuracy"] == pytest.approx(2 / 3, abs=1e-5)


def test_groups_make_the_interval_wide():
    hits = np.tile([1.0, 0.0], 50)
    alone = bootstrap(share(hits), np.arange(100), seed=0)
    copies = bootstrap(share(np.repeat([1.0, 0.0], 50)), np.arange(100) // 10, seed=0)
    assert alone["value"] == copies["value"] == 0.5
    assert alone["n"] == 100
    assert copies["high"] - copies["low"] > 2.5 * (alone["high"] - alone["low"])
    assert alone["high"] - alone["low"] == pytest.approx(4 * 0.05, rel=0.1)


def test_the_interval_repeats_with_its_seed():
    hits = np.random.default_rng(0).random(60) < 0.8
    first = bootstrap(share(hits), np.arange(60), seed=1, draws=100)
    assert first == bootstrap(share(hits), np.arange(60), seed=1, draws=100)


def test_all_or_none_leaves_room_for_chance():
    groups = np.arange(60) // 2
    bound = 0.025 ** (1 / 30)  # Clopper and Pearson, 30 of 30
    every = proportion(np.ones(60, dtype=bool), groups, seed=0)
    assert (every["value"], every["high"]) == (1, 1)
    assert every["low"] == pytest.approx(bound, abs=1e-4)
    none = proportion(np.zeros(60, dtype=bool), groups, seed=0)
    assert (none["low"], none["value"]) == (0, 0)
    assert none["high"] == pytest.approx(1 - bound, abs=1e-4)


def test_of_nothing_nothing_is_known():
    figure = proportion(np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64), seed=0)
    assert (figure["low"], figure["high"], figure["n"]) == (0, 1, 0)
