"""Calibration undoes a known distortion and never changes the order."""

from __future__ import annotations

import numpy as np
import pytest

from shared.loan.models.decision import Calibration, calibrated
from training.loan.choose import LEAST_SLOPE, fit_calibration

PREDICTED = np.linspace(0.02, 0.98, 49)
ROWS = 400


def happened(rate: np.ndarray) -> np.ndarray:
    """For each rate, so many of `ROWS` rows approved."""
    return (np.arange(ROWS) < np.round(ROWS * rate)[:, None]).astype(np.int64).ravel()


def test_by_hand() -> None:
    # 2 ln 0.5 + ln 2 + ln 4 = ln 2: odds of 2 to 1.
    probability = calibrated(Calibration(2.0, 1.0, np.log(4.0)), np.array([0.5]))
    assert probability[0] == pytest.approx(2 / 3)


@pytest.mark.parametrize("truth", [(0.6, 1.8, -0.4), (1.0, 1.0, 0.0), (2.0, 0.5, 0.3)])
def test_a_known_distortion_is_undone(truth: tuple[float, float, float]) -> None:
    rate = calibrated(Calibration(*truth), PREDICTED)
    curve = fit_calibration(np.repeat(PREDICTED, ROWS), happened(rate))
    assert calibrated(curve, PREDICTED) == pytest.approx(rate, abs=5e-3)


def test_the_order_of_answers_is_kept_even_where_the_labels_speak_against_it() -> None:
    curve = fit_calibration(np.repeat(PREDICTED, ROWS), happened(1 - PREDICTED))
    assert curve.low >= LEAST_SLOPE
    assert curve.high >= LEAST_SLOPE
    assert (np.diff(calibrated(curve, PREDICTED)) > 0).all()


def test_few_rows_change_little() -> None:
    few = fit_calibration(np.array([0.4, 0.6]), np.array([1, 1]))
    many = fit_calibration(np.full(2000, 0.5), np.ones(2000, dtype=np.int64))
    half = np.array([0.5])
    assert 0.5 < calibrated(few, half)[0] < 0.99 < calibrated(many, half)[0]


def test_certain_answers_stay_finite() -> None:
    probability = calibrated(Calibration(1.0, 1.0, 0.0), np.array([0.0, 1.0]))
    assert probability.tolist() == pytest.approx([1e-4, 1 - 1e-4])
