"""The simulated applicants: read as the public set is, and what a line cannot learn of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from simulated_table import simulated, write_table
from sklearn.metrics import roc_auc_score

from shared.loan.fields.declared import FIELDS
from shared.loan.models.features import features
from training.loan import candidates
from training.loan.data import read_applications


def test_the_table_is_read_as_it_was_drawn(tmp_path: Path) -> None:
    read, drawn = read_applications(write_table(tmp_path, 60, 3), FIELDS), simulated(60, 3)
    assert read.approved.tolist() == drawn.approved.tolist()
    assert np.array_equal(read.table, drawn.table, equal_nan=True)
    assert 15 < read.approved.sum() < 45


def test_a_seed_repeats_the_table_to_the_last_byte(tmp_path: Path) -> None:
    texts = [(write_table(tmp_path / f"{k}", 40, seed) / "train.csv").read_bytes()
             for k, seed in enumerate((0, 0, 1))]  # fmt: skip
    assert texts[0] == texts[1] != texts[2]


def test_a_forest_learns_what_logistic_regression_cannot() -> None:
    train, test = simulated(400, 0), simulated(2000, 1)
    areas = {}
    for name in ("logistic regression", "random forest"):
        fitted = candidates.fit(name, features(FIELDS, train.table), train.approved, 0)
        said = fitted.approval(features(FIELDS, test.table))
        areas[name] = roc_auc_score(test.approved, said)
    assert areas["logistic regression"] < 0.7
    assert areas["random forest"] > areas["logistic regression"] + 0.08
