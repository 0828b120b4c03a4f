"""Out-of-fold answers put together, the test of two models, and what a threshold earns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from shared.errors import InputError
from training.loan import curves, metrics
from training.loan.answers import (
    OutOfFold,
    by_fold,
    collect,
    corrected_p,
    difference,
    ml_against_ann,
)
from training.loan.fairness import default_variant, protected_cost

APPROVED = np.array([1, 0, 1, 0])


def fold(rows: list[int], *probabilities: float) -> dict[str, Any]:
    """What the nested stage wrote; the ANN says the opposite, the rule always 0.5."""
    ann = [1 - share for share in probabilities]
    return {"rows": rows, "rule": [0.5] * len(rows), "ml": {"approval": probabilities},
            "ann": {"approval": ann}}  # fmt: skip


def test_answers_are_stacked_by_repeat() -> None:
    folds = [fold([2, 0], 0.2, 0.0), fold([1, 3], 0.1, 0.3), fold([0, 1], 0.4, 0.5),
             fold([3, 2], 0.7, 0.6)]  # fmt: skip
    out_of_fold = collect(folds, APPROVED)
    assert out_of_fold.probabilities["ml"].tolist() == [[0.0, 0.1, 0.2, 0.3], [0.4, 0.5, 0.6, 0.7]]
    assert out_of_fold.probabilities["ann"][1].tolist() == [0.6, 0.5, 0.4, pytest.approx(0.3)]
    assert out_of_fold.folds.tolist() == [[0, 1, 0, 1], [2, 2, 3, 3]]


def test_rows_that_were_answered_more_often_than_others_are_refused() -> None:
    with pytest.raises(InputError, match="Some rows are answered 1 times, some 2"):
        collect([fold([0, 1, 2, 3], 0, 0, 0, 0), fold([0], 0)], APPROVED)


def test_a_metric_within_each_fold() -> None:
    out_of_fold = collect([fold([0, 1], 0.9, 0.2), fold([2, 3], 0.3, 0.4)], APPROVED)
    assert by_fold(metrics.auc, out_of_fold, "ml").tolist() == [1.0, 0.0]
    assert by_fold(metrics.accuracy_at(0.5), out_of_fold, "ml").tolist() == [1.0, 0.5]


def test_the_corrected_test_of_two_models() -> None:
    # Mean 0.25, variance 1 / 60, 4 folds; 1 test row for each training row: t = 0.25 /
    # sqrt((1 / 4 + 1) / 60) = sqrt(3), of which 3 degrees of freedom leave 0.1817 outside.
    assert corrected_p(np.array([0.1, 0.2, 0.3, 0.4]), 2) == pytest.approx(0.1817, abs=1e-4)
    assert corrected_p(np.zeros(4), 2) == 1.0


def test_a_difference_is_drawn_in_pairs() -> None:
    one = np.array([[0.9, 0.1, 0.8, 0.2]])
    figure = difference(metrics.brier, APPROVED, one, one, seed=0)
    assert (figure["value"], figure["low"], figure["high"]) == (0, 0, 0)
    worse = difference(metrics.brier, APPROVED, 1 - one, one, seed=0)
    assert worse["value"] == pytest.approx(0.5 * (0.81 - 0.01) + 0.5 * (0.64 - 0.04))


def test_both_models_against_each_other() -> None:
    rng = np.random.default_rng(0)
    approved, folds = rng.integers(0, 2, 60), np.repeat([[0, 1, 2], [3, 4, 5]], 20, axis=1)
    good, bad = (np.clip(0.5 + (approved - 0.5) * by + rng.normal(0, 0.1, (2, 60)), 0, 1)
                 for by in (0.8, 0.1))  # fmt: skip
    comparison = ml_against_ann(OutOfFold(approved, {"ml": good, "ann": bad}, folds), 0.5, 0)
    assert (
        comparison["brier"]["ml_minus_ann"]["high"] < 0 < comparison["auc"]["ml_minus_ann"]["low"]
    )
    assert comparison["brier"]["p"] < 0.01


def test_what_a_threshold_earns() -> None:
    out_of_fold = OutOfFold(np.array([1, 0]), {"ml": np.array([[0.8, 0.6]])}, np.zeros((1, 2), int))
    by_loss = {curve["loss"]: curve for curve in curves.profit(out_of_fold, 0)}
    at = {round(t, 2): k for k, t in enumerate(by_loss[2.0]["thresholds"])}
    assert by_loss[2.0]["value"][at[0.5]] == (1 - 2) / 2
    assert by_loss[5.0]["value"][at[0.5]] == (1 - 5) / 2
    assert by_loss[5.0]["value"][at[0.7]] == 1 / 2
    assert by_loss[5.0]["value"][at[0.9]] == 0


@pytest.mark.parametrize(("known", "left_out"), [(0.05, True), (0.9, False)])
def test_protected_fields_are_left_out_unless_that_costs(known: float, left_out: bool) -> None:
    rng = np.random.default_rng(0)
    approved = rng.integers(0, 2, 200)

    def answers(by: float) -> OutOfFold:
        probabilities = {kind: 0.5 + (approved - 0.5) * by + rng.normal(0, 0.3, (1, 200))
                  for kind in ("ml", "ann")}  # fmt: skip
        clipped = {kind: np.clip(share, 0, 1) for kind, share in probabilities.items()}
        return OutOfFold(approved, clipped, np.zeros((1, 200), int))

    cost = protected_cost(answers(0.05), answers(known), 0.5, 0)
    assert cost["left_out"] is left_out
    assert default_variant(cost).startswith("without" if left_out else "with ")
