"""Pictures unlike those that the network learned from have a temperature and sets of their own."""

import json
import shutil
from pathlib import Path

import bundled
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from shared.errors import CheckpointError
from shared.tumor.decision import Decision, prediction_set, probabilities, read_decision
from shared.tumor.gate import MOST_COLOURFUL
from shared.tumor.likeness import unlike
from shared.tumor.predictor import COLOURED_PICTURE, predict
from training.tumor.calibrate import FEW_ROWS, Rows, fit_far, fit_temperature
from training.tumor.decide import write

FOLDER = bundled.predictor().folder
RNG = np.random.default_rng(0)


def test_the_bundled_checkpoint_knows_what_it_learned_from() -> None:
    far, recorded = read_decision(FOLDER).far, json.loads((FOLDER / "decision.json").read_text())
    assert far is not None
    assert far.known.directions.shape == (400, 1280)
    assert np.linalg.norm(far.known.directions, axis=1) == pytest.approx(1, abs=2e-3)
    values = (far.known.threshold, far.temperature, far.set_quantile)
    assert values == tuple(recorded["far"][n] for n in ("threshold", "temperature", "set_quantile"))


def copied(folder: Path) -> tuple[Path, dict[str, object]]:
    for name in ("decision.json", "gate.safetensors"):
        shutil.copy(FOLDER / name, folder / name)
    return folder / "decision.json", json.loads((folder / "decision.json").read_text())


def test_a_checkpoint_without_it_answers_as_before(tmp_path: Path) -> None:
    path, recorded = copied(tmp_path)
    del recorded["far"]
    path.write_text(json.dumps(recorded))
    decision = read_decision(tmp_path)
    assert decision.far is None
    assert decision.temperature_for(True) == decision.temperature == recorded["temperature"]
    assert decision.set_quantile_for(True) == decision.set_quantile == recorded["set_quantile"]


def test_a_second_temperature_without_the_slices_is_refused(tmp_path: Path) -> None:
    copied(tmp_path)
    vectors = load_file(tmp_path / "gate.safetensors")
    del vectors["known"]
    save_file(vectors, tmp_path / "gate.safetensors")
    with pytest.raises(CheckpointError, match="known"):
        read_decision(tmp_path)


def decision_of(answer_is_unlike: bool) -> tuple[float, float]:
    decision: Decision = bundled.predictor().decision
    return (
        decision.temperature_for(answer_is_unlike),
        decision.set_quantile_for(answer_is_unlike),
    )


def test_both_kinds_of_picture_get_the_numbers_of_their_kind() -> None:
    predictor = bundled.predictor()
    assert predictor.decision.far is not None
    noise = predict(predictor, RNG.random((128, 128), dtype=np.float32))
    answers = [noise, bundled.answer()]
    assert noise.unlike
    for answer in answers:
        temperature, quantile = decision_of(answer.unlike)
        expected = probabilities(answer.logits, temperature)
        assert list(answer.probabilities.values()) == pytest.approx(expected.tolist())
        means = answer.features.mean(axis=(1, 2))[None]
        assert answer.unlike == unlike(predictor.decision.far.known, means)[0]
        if answer.label:
            inside = prediction_set(expected, quantile)
            assert len(answer.prediction_set) == inside.sum()
    assert decision_of(True) != decision_of(False)


def test_a_coloured_picture_is_refused_and_a_tinted_one_is_not() -> None:
    pixels = bundled.answer().prepared.pixels
    tinted = predict(bundled.predictor(), pixels, MOST_COLOURFUL)
    coloured = predict(bundled.predictor(), pixels, MOST_COLOURFUL + 0.001)
    assert tinted.label is not None and tinted.refusal is None
    assert (coloured.label, coloured.prediction_set) == (None, ())
    assert coloured.refusal == COLOURED_PICTURE


def foreign(source: str, count: int, *, right: float, sure: float) -> Rows:
    """Far slices of a source: the likeliest of four classes is right in a share of them."""
    targets = RNG.integers(4, size=count)
    named = np.where(RNG.random(count) < right, targets, (targets + 1) % 4)
    logits = np.zeros((count, 4), np.float32)
    logits[np.arange(count), named] = sure
    means = np.tile(np.eye(8, dtype=np.float32)[1], (count, 1))
    return Rows(logits, means, targets, np.full(count, source))


def both(one: Rows, other: Rows) -> Rows:
    columns = ((getattr(one, n), getattr(other, n)) for n in Rows.__dataclass_fields__)
    return Rows(*(np.concatenate(pair) for pair in columns))


def near(count: int) -> np.ndarray:
    """Channel means that point nearly the same way."""
    rows = np.tile(np.eye(8, dtype=np.float32)[0], (count, 1))
    return (rows + 0.05 * RNG.random((count, 8))).astype(np.float32)


def test_far_from_home_an_overconfident_network_becomes_less_sure() -> None:
    rows = both(
        foreign("a", 400, right=0.6, sure=8), foreign("b", FEW_ROWS + 10, right=0.9, sure=8)
    )
    learned, calibration = near(50), near(500)
    fit = fit_far(learned, calibration, rows)
    assert fit is not None and fit.count == 400 + FEW_ROWS + 10
    assert unlike(fit.known, calibration).mean() == pytest.approx(0.1, abs=0.01)
    assert fit.record["temperature"] > 3
    calibrated = probabilities(rows.logits, fit.record["temperature"])
    # Each source counts alike, so it is not as sure as the smaller and not as unsure as the larger.
    assert 0.65 < calibrated.max(axis=1).mean() < 0.85
    inside = prediction_set(calibrated, fit.record["set_quantile"])
    held = inside[np.arange(len(rows.targets)), rows.targets]
    assert held[rows.sources == "a"].mean() >= 0.95 and held[rows.sources == "b"].mean() >= 0.95


def test_too_few_far_slices_promise_nothing() -> None:
    assert fit_far(near(50), near(500), foreign("a", 19, right=0.5, sure=8)) is None
    rows = foreign("a", 400, right=0.5, sure=8)
    at_home = Rows(rows.logits, np.tile(np.eye(8, dtype=np.float32)[0], (400, 1)), rows.targets,
                   rows.sources)  # fmt: skip
    assert fit_far(near(50), near(500) + 0.2, at_home) is None


def test_rows_can_count_less() -> None:
    rows = both(foreign("a", 300, right=0.5, sure=6), foreign("b", 300, right=1, sure=6))
    weights = np.where(rows.sources == "a", 1.0, 0.0)
    alone = rows.sources == "a"
    assert fit_temperature(rows.logits, rows.targets, weights) == pytest.approx(
        fit_temperature(rows.logits[alone], rows.targets[alone]), rel=1e-3
    )


def test_what_was_fitted_is_read_back(tmp_path: Path) -> None:
    fit = fit_far(near(50), near(500), foreign("a", 100, right=0.6, sure=8))
    _, recorded = copied(tmp_path)
    del recorded["far"]
    assert fit is not None
    write(recorded, bundled.predictor().decision.gate, fit, tmp_path)
    far = read_decision(tmp_path).far
    assert far is not None
    np.testing.assert_array_equal(far.known.directions, fit.known.directions)
    assert (far.temperature, far.set_quantile) == (
        fit.record["temperature"], fit.record["set_quantile"],
    )  # fmt: skip
