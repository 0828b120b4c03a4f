"""A field that is declared once goes all the way, from the CSV to the answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from loan_applications import made_up, small_candidates, write_csv

from shared.loan.fields.application import read_application
from shared.loan.fields.declared import FIELDS, Field
from shared.loan.models.predictor import Predictor, approval, load_predictor
from shared.report.markdown import blocks_markdown
from training.loan import choose, fit
from training.loan.card import fields_told
from training.loan.data import read_applications
from training.loan.fit import fit_checkpoint

SAVINGS = Field(
    "savings", "Savings", "Savings", "What was put aside.", "number", change="more", default=5000,
    unit="in all", highest=1_000_000, step=500,
)  # fmt: skip
TWELVE = (*FIELDS, SAVINGS)


@pytest.fixture(scope="module")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Predictor]:
    """Of a checkpoint that was fitted to a CSV with twelve fields, in which savings decide."""
    folder = tmp_path_factory.mktemp("twelve")
    made = made_up(150, fields=TWELVE)
    savings = np.nan_to_num(made.table[:, 11], nan=5000)
    decided = replace(made, approved=(savings > np.median(savings)).astype(np.int64))
    applications = read_applications(write_csv(folder / "data", decided), TWELVE)
    assert np.array_equal(applications.table, made.table, equal_nan=True)
    assert (applications.approved == decided.approved).all()
    with small_candidates(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(choose, "INNER_FOLDS", 2)
        patch.setattr(fit, "SIMULATED", 150)
        fit_checkpoint(applications, folder / "checkpoint", seed=0)
        yield load_predictor(folder / "checkpoint")


def test_the_checkpoint_knows_it_and_what_was_seen_of_it(predictor: Predictor) -> None:
    field = predictor.decision.fields[11]
    assert replace(field, seen=None) == SAVINGS
    assert field.seen
    assert 0 < field.seen[0] < 5000 < field.seen[1]
    config = json.loads((predictor.folder / "config.json").read_text(encoding="utf-8"))
    assert {"log savings", "savings not stated"} <= set(config["features"])


def test_both_models_answer_by_it(predictor: Predictor) -> None:
    assert predictor.decision.fields[11] in predictor.decision.used_fields
    usual = {"applicant_income": 4000, "loan_amount": 130, "credit_history": "good"}
    rows = [read_application(predictor.decision.fields, usual | {"savings": savings}).row
            for savings in (1500, 15_000, None)]  # fmt: skip
    poor, rich, unsaid = approval(predictor, np.array(rows))
    assert (poor + 0.2 < rich).all()
    assert np.isfinite(unsaid).all()


def test_the_card_lists_it(predictor: Predictor) -> None:
    told = blocks_markdown(fields_told(predictor.decision.fields, ["savings"]))
    row = next(line for line in told.splitlines() if "savings" in line)
    assert row.startswith("| Savings | `savings` | `Savings` | 0 to 1,000,000 in all |")
    assert row.endswith("| yes |  | upwards |")


def test_a_label_that_is_neither_yes_nor_no_and_a_cell_that_cannot_be_are_named(
    tmp_path: Path,
) -> None:
    data = write_csv(tmp_path, made_up(3, fields=TWELVE))
    path = data / "train.csv"
    sound = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*sound[:2], sound[2][:-1] + "X"]), encoding="utf-8")
    with pytest.raises(ValueError, match="Loan_Status is 'X'"):
        read_applications(data, TWELVE)
    cells = sound[1].split(",")
    path.write_text("\n".join([sound[0], ",".join(["A", "-5", *cells[2:]])]), encoding="utf-8")
    with pytest.raises(ValueError, match=r"train\.csv, row 2: .*-5"):
        read_applications(data, TWELVE)
