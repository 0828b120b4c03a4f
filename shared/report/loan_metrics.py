"""What the loan models and their metrics are called, and what a metric means; on page and card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from shared.loan.models.registry import IN_TEXT, MODELS, RULE, TITLES
from shared.report.blocks import Block
from shared.report.figures import Figure, number
from shared.wording import listed

Record: TypeAlias = Mapping[str, Any]
Blocks: TypeAlias = Sequence[Block]

NAMES = {model: TITLES[model] for model in MODELS}
WITH_RULE = {**NAMES, RULE.key: RULE.title}  # in legends, the rule last
COUNTED = "applicants"


@dataclass(frozen=True)
class Metric:
    """What a metric is called, and what it means to somebody who has never heard of it."""

    label: str
    meaning: str
    more_is_better: bool = True


METRICS = {
    "accuracy": Metric("Accuracy", "share of applicants decided as the lender did"),
    "auc": Metric(
        "AUC",
        "of one granted and one refused applicant, how often the granted one stands higher; a coin "
        "reaches a half",
    ),
    "brier": Metric(
        "Brier score", "squared distance of the probability from what happened; less is better",
        more_is_better=False,
    ),
    "log_loss": Metric(
        "Log loss", "the same, but sure mistakes weigh most; less is better",
        more_is_better=False,
    ),
    "calibration_error": Metric(
        "Calibration error",
        "how far a predicted probability lies from the share that was granted; less is better",
        more_is_better=False,
    ),
    "precision": Metric("Precision", "of those it approves, the share that the lender granted"),
    "recall": Metric("Recall", "of those the lender granted, the share that it approves"),
}  # fmt: skip


def of_models(told: Mapping[str, str | Figure]) -> str:
    """What is told of each model, in a sentence: "0.78 for machine learning and 0.79 for ..."."""
    texts = {m: number(t.value) if isinstance(t, Figure) else t for m, t in told.items()}
    return listed([f"{text} for {IN_TEXT[model]}" for model, text in texts.items()], "and")
