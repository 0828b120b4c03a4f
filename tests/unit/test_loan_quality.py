"""The loan Space's tab "How good is it?", from a record made by the functions that make the real
one.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from simulated_applicants import applicants

import training.metrics
from loan_space.quality_view import quality_html
from shared.loan.fields.declared import FIELDS
from shared.report.blocks import NOT_MEASURED as UNMEASURED
from shared.report.html import blocks_html
from training.loan.answers import OutOfFold, ml_against_ann, performance
from training.loan.curves import calibration, profit
from training.loan.fairness import by_groups, protected_cost

ROWS, REPEATS, FOLDS = 60, 2, 5
NOT_MEASURED = blocks_html([UNMEASURED])
PARTS = {
    "performance": "Both models beside a simple rule",
    "comparison": "Machine learning against neural network",
    "calibration": "Does a probability mean what it says?",
    "profit": "The threshold and what it costs",
    "fairness": "Is it fair to groups?",
    "protected": "Without the protected fields",
    "learning": "Would more data help?",
    "compare": "What helped",
    "splits": "How it was measured",
}


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    """A small evaluation; intervals from a few draws, which is quicker."""
    drawn = training.metrics.drawn
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.metrics, "drawn", lambda *given: drawn(*given[:-1], 20))
        return made()


def made() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    table, approved = applicants(FIELDS, ROWS), rng.integers(0, 2, ROWS)
    folds = np.array([rng.permutation(ROWS) % FOLDS for _ in range(REPEATS)])
    probabilities = {
        kind: np.clip(approved * 0.3 + rng.random((REPEATS, ROWS)) * 0.7, 0, 1)
        for kind in ("rule", "ml", "ann")
    }
    out_of_fold = OutOfFold(approved, probabilities, folds)
    of = performance(out_of_fold, 0.5, 0)
    fair = {
        kind: by_groups(FIELDS, table, approved, probabilities[kind].mean(axis=0) >= 0.5, 0)
        for kind in ("ml", "ann")
    }
    point = {kind: {"auc": of[kind]["auc"], "brier": of[kind]["brier"]} for kind in ("ml", "ann")}
    row = {name: of["ml"][name] for name in ("auc", "brier", "log_loss")}
    split = {"accuracy": of["ml"]["accuracy"], "auc": of["ml"]["auc"]}
    forest = {"name": "forest", "split_first": split, "copied_before_the_split": split}
    return {
        "threshold": 0.5,
        "headline": [{"name": "auc_ml", "label": "AUC of ML", **of["ml"]["auc"]}],
        "performance": of,
        "comparison": ml_against_ann(out_of_fold, 0.5, 0),
        "auc_of_folds": {"ml": {"value": 0.7, "standard_error": 0.01, "n": 10}},
        "calibration": calibration(out_of_fold),
        "profit": profit(out_of_fold, 0),
        "fairness": fair,
        "protected": protected_cost(out_of_fold, out_of_fold, 0.5, 0)
        | {"fairness": fair, "performance": of},
        "learning": [{"part": n / 48, "rows": n, **point} for n in (24, 48)],
        "compare": {
            "ml": [{"name": "plain", **row}],
            "ann": [{"name": "+ more", **row, "log_loss_saved": {"value": 0.1, "low": 0.05,
                                                                 "high": 0.15, "n": ROWS}}],
            "mistake": {"label": "Copies.", "forests": [forest]},
        },
        "chosen": {"ml": {"plain": 7}, "ann": {"net": 3}},
        "splits": {"folds": FOLDS, "repeats": REPEATS, "seed": 4, "sha256": "b" * 64},
        "data": {"name": "Some data", "sha256": "a" * 64, "rows": ROWS},
        "commit": "c0ffee",
    }  # fmt: skip


def page(record: dict[str, Any]) -> str:
    return quality_html(record, FIELDS)


def section(html: str, title: str) -> str:
    return html.split(f"<h3>{title}</h3>")[1].split("</section>")[0]


def test_a_whole_record_leaves_no_part_unmeasured(record: dict[str, Any]) -> None:
    html = page(record)
    assert NOT_MEASURED not in html
    assert all(f"<h3>{title}</h3>" in html for title in PARTS.values())
    for kind in ("rule", "ml", "ann"):
        value = f"{record['performance'][kind]['brier']['value']:.3f}"
        assert value in section(html, PARTS["performance"])
    assert "0.700 (standard error 0.010) for machine learning" in html


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_was_not_measured_says_so(record: dict[str, Any], part: str) -> None:
    html = page({name: value for name, value in record.items() if name != part})
    assert section(html, PARTS[part]) == NOT_MEASURED


@pytest.mark.parametrize("model", ["rule", "ml", "ann"])
def test_a_model_may_be_missing_anywhere(record: dict[str, Any], model: str) -> None:
    rest = copy.deepcopy(record)
    for part in ("performance", "calibration", "fairness", "compare", "chosen"):
        rest[part].pop(model, None)
    rest["profit"] = [curve for curve in rest["profit"] if curve["model"] != model]
    rest["protected"]["gain"].pop(model, None)
    for point in rest["learning"]:
        point.pop(model, None)
    assert "How it was measured" in page(rest)


def test_nothing_recorded_is_a_page_too() -> None:
    assert page({}).count(NOT_MEASURED) == len(PARTS) + 2  # cards, and two plots of one part


def test_what_was_recorded_is_shown_as_text(record: dict[str, Any]) -> None:
    evil = "<img src=x onerror=alert(1)>"
    odd = copy.deepcopy(record)
    odd["data"]["name"] = odd["commit"] = odd["compare"]["mistake"]["label"] = evil
    odd["headline"][0]["label"] = odd["compare"]["ml"][0]["name"] = evil
    odd["compare"]["mistake"]["forests"][0]["name"] = evil
    odd["chosen"]["ml"] = {evil: 1}
    for of in odd["fairness"].values():
        of["gender"]["groups"][evil] = of["gender"]["groups"].pop("Male")
        of[evil] = of.pop("married")
    html = page(odd)
    assert "<img" not in html
    assert html.count("&lt;img") > 10
