"""The classical model in ONNX Runtime: one row or many, the answers are the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from loan_applications import small_forest

from shared.loan.models.ml import FEATURES, MANY, MARKS, PROBABILITIES, Ml, approval, open_model
from training.loan.fit import export_pipeline


def rows(count: int, width: int) -> np.ndarray:
    return np.random.default_rng(count).normal(size=(count, width)).astype(np.float32)


def fitted(width: int, folder: Path) -> Ml:
    """A forest that looks at the first and the last feature."""
    seen = rows(200, width)
    export_pipeline(small_forest(0).fit(seen, seen[:, 0] + seen[:, -1] > 0), seen, folder)
    return open_model(folder)


@pytest.mark.parametrize("width", [3, MARKS + 3])
def test_many_rows_get_the_answers_of_the_model_in_their_order(width: int, tmp_path: Path) -> None:
    model, seen = fitted(width, tmp_path), rows(MANY, width)
    together = approval(model, seen)
    (probabilities,) = model.session.run([PROBABILITIES], {FEATURES: seen})
    assert (together == probabilities[:, 1]).all()
    alone = [approval(model, row[None])[0] for row in seen]
    assert together == pytest.approx(alone, abs=1e-6)  # of one row the trees are summed in parts
    assert np.corrcoef(together, seen[:, 0] + seen[:, -1])[0, 1] > 0.5


def test_rows_that_are_all_the_same_are_answered(tmp_path: Path) -> None:
    same = np.ones((MANY, 3), np.float32)
    assert len(set(approval(fitted(3, tmp_path), same).tolist())) == 1
