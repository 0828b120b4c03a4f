"""Temperature, prediction sets and the gate on data whose answer is known."""

import numpy as np
import pytest

from shared.tumor.decision import prediction_set, probabilities
from shared.tumor.gate import gate_score
from training.tumor.calibration import fit_set_quantile, fit_temperature
from training.tumor.gate_fit import fit_gate


def simulated(count, temperature, seed=0):
    """Logits that are too sharp by `temperature`, and classes drawn from the true probabilities."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (count, 4)).astype(np.float32)
    shares = probabilities(logits, 1.0)
    targets = np.array([rng.choice(4, p=row) for row in shares])
    return logits * np.float32(temperature), targets


def test_a_known_temperature_is_found():
    logits, targets = simulated(20_000, 2.5)
    assert fit_temperature(logits, targets) == pytest.approx(2.5, rel=0.05)


def test_the_sets_hold_the_truth_as_often_as_they_say():
    logits, targets = simulated(8_000, 1.0)
    shares = probabilities(logits, 1.0)
    quantile = fit_set_quantile(shares[:2000], targets[:2000], 0.9)
    inside = prediction_set(shares[2000:], quantile)
    held = inside[np.arange(6000), targets[2000:]].mean()
    assert held == pytest.approx(0.9, abs=0.02)
    assert 1 < inside.sum(axis=1).mean() < 3.5


def test_the_quantile_by_hand():
    shares = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.4, 0.6]])
    targets = np.zeros(4, dtype=np.int64)
    assert fit_set_quantile(shares, targets, 0.5) == pytest.approx(0.3)  # ceil(5 x 0.5) = 3rd of 4
    assert fit_set_quantile(shares, targets, 0.95) == 1.0  # too few to promise that much


def test_the_gate_turns_away_a_kind_that_it_has_not_seen():
    rng = np.random.default_rng(0)
    brain = rng.normal(0, 1, (300, 32)).astype(np.float32) + np.eye(32, dtype=np.float32)[0] * 4
    other = rng.normal(0, 1, (200, 32)).astype(np.float32)
    kinds = np.repeat(["a", "b", "c", "d"], 50)
    found = fit_gate(brain, other, kinds, seed=0)
    fresh = rng.normal(0, 1, (500, 32)).astype(np.float32)
    scores = gate_score(found.gate, fresh[:, :, None, None])
    slices = gate_score(found.gate, (fresh + np.eye(32, dtype=np.float32)[0] * 4)[:, :, None, None])
    assert (scores < found.gate.threshold).mean() > 0.85
    assert (slices < found.gate.threshold).mean() < 0.04
    assert set(found.refused_by_strength) == {"0.0001", "0.001", "0.01", "0.1"}


def test_the_gate_pools_the_map():
    rng = np.random.default_rng(1)
    found = fit_gate(
        rng.normal(2, 1, (50, 8)).astype(np.float32),
        rng.normal(-2, 1, (50, 8)).astype(np.float32),
        np.repeat(["a", "b"], 25),
        seed=0,
    )
    features = rng.normal(size=(3, 8, 5, 5)).astype(np.float32)
    pooled = features.mean(axis=(2, 3), keepdims=True)
    np.testing.assert_allclose(
        gate_score(found.gate, features), gate_score(found.gate, pooled), rtol=1e-4
    )
