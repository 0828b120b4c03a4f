"""Learning curve, what helped, and the mistake of resampling before the split."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from loan_applications import SMALL_NETWORKS, made_up, small_candidates, small_forest

from shared.loan.models.features import features
from training.loan import choose, compare, learning, nested
from training.loan.ann import Settings

MADE = made_up(60)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], Path]]:
    """What the nested stage wrote for two folds, and where; with small candidates."""
    out = tmp_path_factory.mktemp("run")
    folds = [np.arange(0, 60, 2), np.arange(1, 60, 2)]
    with small_candidates(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(choose, "INNER_FOLDS", 2)
        yield nested.run(MADE, folds, out, 0), out


def test_a_cut_keeps_the_shares_and_a_larger_one_holds_the_smaller() -> None:
    approved = np.array([1] * 40 + [0] * 16)
    cuts = [learning.cut(approved, part, 5) for part in (1 / 8, 1 / 4, 1 / 2, 1.0)]
    assert [(int(approved[c].sum()), len(c)) for c in cuts] == [
        (5, 7),
        (10, 14),
        (20, 28),
        (40, 56),
    ]
    for small, large in itertools.pairwise(cuts):
        assert set(small) < set(large)


def test_the_curve_ends_with_the_answers_of_the_nested_stage(
    recorded: tuple[dict[str, Any], Path],
) -> None:
    out_of_fold, out = recorded
    points = learning.run(MADE, out_of_fold, out)["curve"]
    assert [point["part"] for point in points] == [1 / 8, 1 / 4, 1 / 2, 1]
    assert [point["rows"] for point in points][-1] == 30
    for kind in ("ml", "ann"):
        probabilities = np.zeros(60)
        for fold in out_of_fold[nested.VARIANTS[0]]:
            probabilities[fold["rows"]] = fold[kind]["approval"]
        brier = points[-1][kind]["brier"]
        assert brier["value"] == pytest.approx(
            ((probabilities - MADE.approved) ** 2).mean(), abs=1e-5
        )
        assert brier["low"] < brier["value"] < brier["high"]


def test_the_first_repeat_holds_every_row_once() -> None:
    folds = [{"rows": rows} for rows in ([0, 3], [1], [2], [0, 1], [2, 3])]
    assert learning.first_repeat(folds, 4) == folds[:3]


def test_the_ladder_goes_from_a_plain_perceptron_to_the_candidates() -> None:
    full = Settings()
    steps = compare.ladder({"full": full, "deep": Settings(layers=2)})
    first, *_, last, deep = steps.values()
    assert (first.members, first.pieces, first.mixing, first.soft, first.dropout) == (1, 0, 0, 0, 0)
    assert last == full
    assert deep == Settings(layers=2)
    pairs = itertools.pairwise(list(steps.values())[:6])
    changed = [
        sorted(k for k, v in after.as_json().items() if v != before.as_json()[k])
        for before, after in pairs
    ]
    assert changed == [["members"], ["pieces"], ["decay", "dropout"], ["mixing"], ["soft"]]


def test_everything_is_compared_on_the_same_rows(
    recorded: tuple[dict[str, Any], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "default_forest", small_forest)
    comparison = compare.run(MADE, *recorded)
    assert [row["name"] for row in comparison["ml"]] == ["logistic regression", "small forest"]
    assert len(comparison["ann"]) == 5 + len(SMALL_NETWORKS)
    for row in comparison["ml"] + comparison["ann"]:
        assert row["log_loss"]["n"] == 60
    before, after = comparison["ml"]
    saved = before["log_loss"]["value"] - after["log_loss"]["value"]
    assert after["log_loss_saved"]["value"] == pytest.approx(saved, abs=2e-5)
    assert len(comparison["mistake"]["forests"]) == 2


def test_copies_balance_the_classes() -> None:
    approved = np.array([1, 0, 1, 1, 0, 1, 1])
    rows = compare.doubled(approved, 0)
    assert rows[:7].tolist() == list(range(7))
    assert len(rows) == 10
    assert set(rows[7:]) <= {1, 4}


def test_copying_before_the_split_makes_noise_look_known() -> None:
    rng = np.random.default_rng(0)
    seen, approved = rng.normal(size=(150, 4)).astype(np.float32), (rng.random(150) < 0.8) * 1
    origin = compare.doubled(approved, 0)

    def deep(seed: int) -> Any:
        return small_forest(seed).set_params(min_samples_leaf=1)

    honest = compare.in_folds(deep, seen, approved, np.arange(150), 0)["auc"]
    mistaken = compare.in_folds(deep, seen, approved, origin, 0)["auc"]
    assert honest["low"] < 0.5 < honest["high"]
    assert mistaken["value"] > 0.9
    assert mistaken["n"] == len(origin)


def test_the_features_are_those_of_the_default_variant(
    recorded: tuple[dict[str, Any], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    widths = []

    def spy(seen: np.ndarray, approved: np.ndarray, seed: int) -> dict[str, Any]:
        widths.append(seen.shape)
        return {}

    monkeypatch.setattr(compare, "copied_before_split", spy)
    compare.run(MADE, *recorded)
    columns = nested.columns_of(nested.VARIANTS[0], MADE)
    wanted = features(tuple(MADE.fields[k] for k in columns), MADE.table[:, columns]).shape
    assert widths == [wanted]
