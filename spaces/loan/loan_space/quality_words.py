"""What the tab "How good is it?" calls models and metrics, and how it says differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from loan_space.wording import MINUS, NAMES
from shared.page.figures import Figure
from shared.wording import listed, percent

RULE = "The rule"
ALL = {"rule": RULE, **NAMES}  # by their names in the record
WITH_RULE = {**NAMES, "rule": RULE}  # in legends
IN_TEXT = {"rule": "the rule", "ml": "machine learning", "ann": "the neural network"}
COUNTED = "applicants"


@dataclass(frozen=True)
class Metric:
    """What a metric is called and what it means.

    Attributes:
        label: in tables.
        meaning: for somebody who has never heard of it.
        more_is_better: whether a higher value is the better one.
    """

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
        "how far a said probability lies from the share that was granted; less is better",
        more_is_better=False,
    ),
    "precision": Metric("Precision", "of those it approves, the share that the lender granted"),
    "recall": Metric("Recall", "of those the lender granted, the share that it approves"),
}  # fmt: skip


def signed(value: float, digits: int = 3) -> str:
    """A difference with its sign, a true minus: "+0.012"."""
    text = f"{value:+.{digits}f}"
    return text.replace("-", MINUS)


def counted_percent(share: float) -> str:
    """A share of what was counted; unlike a probability it can be none or all."""
    return f"{share * 100:.0f} %" if share in (0, 1) else percent(share)


def change(measured: Figure | None, digits: int = 3) -> str:
    """A difference with its interval: "+0.012 (+0.004 to +0.031)"; empty if not measured."""
    if measured is None:
        return ""
    if measured.low is None or measured.high is None:
        return signed(measured.value, digits)
    spread = f"{signed(measured.low, digits)} to {signed(measured.high, digits)}"
    return f'{signed(measured.value, digits)} <span class="soft">({spread})</span>'


def of_models(told: Mapping[str, str], joint: str = "and") -> str:
    """What is told of each model, in a sentence: "0.78 for machine learning and 0.79 for ..."."""
    return listed([f"{text} for {IN_TEXT[model]}" for model, text in told.items()], joint)


def above_zero(measured: Figure) -> int:
    """1 or -1 where the interval of a difference lies above or below 0, 0 where it holds 0."""
    if measured.low is None or measured.high is None:
        return 0
    return int(measured.low > 0) - int(measured.high < 0)
