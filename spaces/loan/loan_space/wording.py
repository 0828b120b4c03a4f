"""Answers in words."""

from __future__ import annotations

from collections.abc import Sequence

from loan_space.schema import Verdict
from shared.loan.models.registry import REGISTRY

NOT_A_DECISION = "Not a lending decision."
LIMITS = (
    "A demonstration with two small models that learnt from a few hundred old applications what "
    "one lender decided. They know nothing of you, of any bank, or of whether a loan was paid back."
)
UNLIKE = (
    "This applicant is unlike nearly all that the models have seen, so both answers are guesses."
)
NAMES = {model.key: model.title for model in REGISTRY}
MINUS = "\N{MINUS SIGN}"
SENTENCES: dict[Verdict, str] = {
    "approve": "Both models would approve.",
    "refuse": "Both models would refuse.",
    "disagree": "The two models disagree.",
}


def verdict(approves: Sequence[bool]) -> Verdict:
    """What the models say together.

    Args:
        approves: of each model, whether it approves.
    """
    if all(approves):
        return "approve"
    return "disagree" if any(approves) else "refuse"


def verdict_sentence(approves: Sequence[bool]) -> str:
    """The same in a sentence."""
    return SENTENCES[verdict(approves)]


def first_up(text: str) -> str:
    """A text with a capital at the beginning, all else as it is."""
    return text[:1].upper() + text[1:]


def points(share: float) -> str:
    """A difference of probabilities as people say it: "12 points"."""
    whole = round(abs(share) * 100)
    if whole < 1:
        return "less than 1 point"
    return "1 point" if whole == 1 else f"{whole} points"


def signed(share: float) -> str:
    """The same for a chart: "+12", with a true minus."""
    whole = round(share * 100)
    return "0" if whole == 0 else f"{'+' if whole > 0 else MINUS}{abs(whole)}"
