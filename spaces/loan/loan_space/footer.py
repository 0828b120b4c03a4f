"""What the foot of every tab says of this Space."""

from __future__ import annotations

from loan_space.serving import Served
from loan_space.wording import LIMITS, NOT_A_DECISION
from shared.page import html

KEPT = (
    "Nothing that you type or send is kept or logged: a table is deleted as soon as the page has "
    "answered it, one that a program sent and all answers within minutes. The link to an applicant "
    "carries the values behind the #, which browsers send to no server."
)


def footer_html(served: Served) -> str:
    """The footer; every fact in it is of the checkpoint that was loaded."""
    facts = {"Models": " and ".join(served.predictor.decision.names)}
    return html.footer_html(
        served.checkpoint, facts, f"<strong>{NOT_A_DECISION}</strong> {LIMITS}", KEPT
    )
