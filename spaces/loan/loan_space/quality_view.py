"""The tab "How good is it?": the recorded evaluation as tables and plots; no number is typed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from loan_space import (
    ASSETS,
    quality_costs,
    quality_curves,
    quality_fairness,
    quality_learning,
    quality_made,
    quality_models,
)
from loan_space.serving import Served
from loan_space.wording import LIMITS, NOT_A_DECISION
from shared.loan.fields.declared import Fields
from shared.page.evaluation import Section, headline, sections_html
from shared.page.html import asset, text

INTRODUCTION = (
    "Measured on applicants whom the models had never seen. Each figure stands with its 95 % "
    "interval: between its ends the true value would lie in 95 of 100 such measurements. Right is "
    "what the lender decided."
)

CARDS = (
    "AUC and accuracy are better the nearer they are to 1: how well good and bad applicants are "
    "put in order, and how many are decided as the lender did. The Brier score and the calibration "
    "error are better the nearer they are to 0: how far probabilities are from the truth. So is "
    "the fairness gap: the largest difference in approval rate between two groups of one protected "
    "field."
)


def build(served: Served) -> None:
    """Lay out the tab."""
    text(quality_html(served.evaluation, served.fields), js_on_load=asset(ASSETS, "quality.js"))


def quality_html(evaluation: Mapping[str, Any], fields: Fields) -> str:
    """All sections; one that was not measured says so.

    Args:
        evaluation: the record; empty without one.
        fields: of an application; they have the labels of the groups' fields.
    """
    return (
        f'<div class="text quality"><h2>How good is it?</h2><p>{INTRODUCTION}</p>'
        f"<p><strong>{NOT_A_DECISION}</strong> {LIMITS}</p>"
        f"{headline(evaluation.get('headline') or [])}<p>{CARDS}</p>"
        f"{sections_html(evaluation, _sections(evaluation, fields))}</div>"
    )


def _in_use(evaluation: Mapping[str, Any]) -> dict[str, Mapping[str, float]]:
    profit, threshold = evaluation.get("profit"), evaluation.get("threshold")
    return quality_costs.in_use(profit, threshold) if profit and threshold is not None else {}


def _sections(evaluation: Mapping[str, Any], fields: Fields) -> tuple[Section, ...]:
    threshold = evaluation.get("threshold")
    of = evaluation.get("performance") or {}
    of_folds, groups = evaluation.get("auc_of_folds") or {}, evaluation.get("fairness") or {}
    return (
        (
            "Both models beside a simple rule",
            "performance",
            partial(quality_models.performance, threshold=threshold),
        ),
        (
            "Machine learning against neural network",
            "comparison",
            partial(quality_models.comparison, of_folds=of_folds),
        ),
        (
            "Do they tell good from bad?",
            "calibration",
            partial(quality_curves.roc, performance=of, in_use=_in_use(evaluation)),
        ),
        (
            "Does a probability mean what it says?",
            "calibration",
            partial(quality_curves.calibration, performance=of),
        ),
        (
            "The threshold and what it costs",
            "profit",
            partial(quality_costs.costs, threshold=threshold),
        ),
        ("Is it fair to groups?", "fairness", partial(quality_fairness.fairness, fields=fields)),
        (
            "Without the protected fields",
            "protected",
            partial(quality_fairness.protected, fields=fields, without=groups),
        ),
        (
            "Would more data help?",
            "learning",
            partial(quality_learning.learning, performance=of),
        ),
        ("What helped", "compare", partial(quality_learning.compare, performance=of)),
        (
            "How it was measured",
            "splits",
            partial(quality_made.measured, evaluation=evaluation),
        ),
    )
