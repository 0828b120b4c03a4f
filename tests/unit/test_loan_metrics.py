"""Metrics of probabilities of approval, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from training.loan import metrics
from training.loan.metrics import Make
from training.metrics import bootstrap, bootstrap_of_distance

APPROVED = np.array([0, 0, 1, 1])
SHARES = np.array([0.2, 0.5, 0.5, 0.9])
ONCE = np.ones(4)
SECOND_TWICE = np.array([1.0, 2.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("make", "once", "second_twice"),
    [
        # Pairs: 0.5 over 0.2, a tie at 0.5, 0.9 over both. Twice: 1 + 2 / 2 and 3, of 6.
        (metrics.auc, 3.5 / 4, 5 / 6),
        (metrics.brier, (0.04 + 0.25 + 0.25 + 0.01) / 4, (0.04 + 0.5 + 0.25 + 0.01) / 5),
        (metrics.log_loss, -np.log(0.8 * 0.5 * 0.5 * 0.9) / 4, -np.log(0.8 * 0.125 * 0.9) / 5),
        (metrics.accuracy_at(0.5), 3 / 4, 3 / 5),
        (metrics.precision_at(0.5), 2 / 3, 2 / 4),
        (metrics.recall_at(0.6), 1 / 2, 1 / 2),
        # Gaps by bin: -0.2; the two at 0.5: 1 - 1.0, then 1 - 1.5; 0.1.
        (metrics.calibration_error, (0.2 + 0 + 0.1) / 4, (0.2 + 0.5 + 0.1) / 5),
    ],
)
def test_a_metric_with_and_without_weights(make: Make, once: float, second_twice: float) -> None:
    metric = make(APPROVED, SHARES)
    assert metric(ONCE) == pytest.approx(once)
    assert metric(SECOND_TWICE) == pytest.approx(second_twice)


def test_a_weight_is_a_copy_of_a_row() -> None:
    rng = np.random.default_rng(0)
    approved, probabilities = rng.integers(0, 2, 50), rng.random(50).round(1)
    weights = rng.integers(0, 4, 50)
    copies = np.repeat(np.arange(50), weights)
    for make in (metrics.auc, metrics.brier, metrics.calibration_error, metrics.precision_at(0.4)):
        copied = make(approved[copies], probabilities[copies])(np.ones(len(copies)))
        assert make(approved, probabilities)(weights.astype(float)) == pytest.approx(copied)


def test_probabilities_of_0_and_1_have_a_finite_log_loss() -> None:
    metric = metrics.log_loss(np.array([0, 1]), np.array([1.0, 1.0]))
    assert metric(np.ones(2)) == pytest.approx(-np.log(1e-6) / 2)


def test_the_mean_over_repeats() -> None:
    metric = metrics.over_repeats(metrics.auc, APPROVED, np.array([SHARES, 1 - SHARES]))
    assert metric(ONCE) == pytest.approx((3.5 + 0.5) / 8)


def test_reliability_counts_rows_not_answers() -> None:
    bins = metrics.reliability(np.array([0, 1]), np.array([[0.12, 0.95], [0.14, 1.0]]))
    assert [(b["low"], b["n"], b["accuracy"]) for b in bins] == [(0.1, 1, 0.0), (0.9, 1, 1.0)]
    assert [b["confidence"] for b in bins] == pytest.approx([0.13, 0.975])


def test_the_roc_curve_ends_where_all_are_approved() -> None:
    curve = metrics.roc(APPROVED, SHARES[None], points=5)
    assert (curve[0]["false"], curve[0]["true"]) == (0.0, 0.5)
    assert (curve[-1]["false"], curve[-1]["true"]) == (1.0, 1.0)


def test_the_interval_of_a_distance_begins_below_its_value() -> None:
    odd = np.repeat(np.arange(1, 20, 2), 20)  # of 20 rows, so many are approved
    approved, probabilities = (np.tile(np.arange(20), 10) < odd).astype(int), odd / 20
    metric, rows = metrics.calibration_error(approved, probabilities), np.arange(200)
    assert metric(np.ones(200)) == pytest.approx(0)
    assert bootstrap(metric, rows, seed=0)["low"] > 0.03  # chance alone
    figure = bootstrap_of_distance(metric, rows, seed=0)
    assert figure["low"] == 0
    assert 0 < figure["high"] < 0.04
