"""Temperature, prediction sets and the gate on data whose answer is known."""

from dataclasses import replace

import numpy as np
import pytest

from shared.tumor.decision import prediction_set, probabilities
from shared.tumor.gate import gate_score, pooled
from training.tumor.calibrate import fit_set_quantile, fit_temperature
from training.tumor.gate import Seen, fit_gate


def simulated(count, temperature, seed=0):
    """Logits that are too sharp by `temperature`, and classes drawn from the true probabilities."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (count, 4)).astype(np.float32)
    calibrated = probabilities(logits, 1.0)
    targets = np.array([rng.choice(4, p=row) for row in calibrated])
    return logits * np.float32(temperature), targets


def test_a_known_temperature_is_found():
    logits, targets = simulated(20_000, 2.5)
    assert fit_temperature(logits, targets) == pytest.approx(2.5, rel=0.05)


def test_the_sets_hold_the_truth_at_least_as_often_as_they_say():
    logits, targets = simulated(8_000, 1.0)
    calibrated = probabilities(logits, 1.0)
    quantile = fit_set_quantile(calibrated[:2000], targets[:2000], 0.9)
    inside = prediction_set(calibrated[2000:], quantile)
    held = inside[np.arange(6000), targets[2000:]].mean()
    assert 0.88 < held < 0.97
    assert 1 < inside.sum(axis=1).mean() < 3.5


def test_the_quantile_by_hand():
    calibrated = np.array([[0.9, 0.1], [0.3, 0.7], [0.2, 0.8], [0.1, 0.9]])
    targets = np.zeros(4, dtype=np.int64)
    assert fit_set_quantile(calibrated, targets, 0.5) == pytest.approx(
        0.8
    )  # ceil(5 x 0.5) = 3rd of 4
    assert fit_set_quantile(calibrated, targets, 0.95) == 1.0  # too few to promise that much


def test_a_class_likelier_than_the_misses_that_are_allowed_is_never_ruled_out():
    calibrated = np.tile([0.98, 0.02], (100, 1))
    quantile = fit_set_quantile(calibrated, np.zeros(100, dtype=np.int64), 0.95)
    unsure = np.array([[0.94, 0.06], [0.96, 0.04]])
    assert prediction_set(unsure, quantile).tolist() == [[True, True], [True, False]]


SIGN = np.eye(32, dtype=np.float32)[0] * 4  # what only brains have


def seen_by(rng):
    def normal(*shape):
        return rng.normal(0, 1, (*shape, 32)).astype(np.float32)

    return Seen(
        slices=normal(2, 200) + SIGN,
        brains=normal(30) + SIGN,
        other=normal(200),
        kinds=np.repeat(["a", "b", "c", "d"], 50),
    )


def as_features(rows):
    """Feature maps of one cell: mean and maximum are the value itself."""
    return rows[:, : rows.shape[1] // 2, None, None]


def test_the_gate_turns_away_a_kind_that_it_has_not_seen():
    rng = np.random.default_rng(0)
    seen = seen_by(rng)
    halves = replace(
        seen,
        **{
            name: np.concatenate([getattr(seen, name)] * 2, axis=-1)
            for name in ("slices", "brains", "other")
        },
    )
    fitted = fit_gate(halves, seed=0)
    fresh = np.concatenate([rng.normal(0, 1, (500, 32)).astype(np.float32)] * 2, axis=1)
    scores = gate_score(fitted.gate, pooled(as_features(fresh)))
    slices = gate_score(fitted.gate, pooled(as_features(fresh + np.concatenate([SIGN, SIGN]))))
    assert (scores < fitted.gate.threshold).mean() > 0.85
    assert (slices < fitted.gate.threshold).mean() < 0.03
    assert set(fitted.refused_by_strength) == {"0.01", "0.1", "1"}
    assert min(fitted.refused_by_strength.values()) > 0.5


def test_a_kind_left_out_is_left_out():
    seen = seen_by(np.random.default_rng(0)).without("b")
    assert set(seen.kinds) == {"a", "c", "d"}
    assert len(seen.other) == 150


def test_the_gate_sees_the_mean_and_the_maximum_of_each_channel():
    features = np.zeros((1, 2, 4, 4), dtype=np.float32)
    features[0, 1, 2, 3] = 8
    np.testing.assert_allclose(pooled(features), [[0, 0.5, 0, 8]])
