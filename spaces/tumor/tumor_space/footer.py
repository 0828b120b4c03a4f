"""What the foot of every tab says of this Space."""

from __future__ import annotations

from shared.page import html
from tumor_space.serving import Served
from tumor_space.wording import LIMITS, NOT_A_DIAGNOSIS

KEPT = (
    "Nothing that you send is kept or logged: a slice is deleted as soon as the page has read it, "
    "a file sent to the API within minutes."
)


def footer_html(served: Served) -> str:
    """The footer; every fact in it is of the checkpoint that was loaded."""
    facts = {"Model": f"{served.architecture}, {served.predictor.size} px"}
    limits = f"<strong>{NOT_A_DIAGNOSIS}</strong> {LIMITS}"
    return html.footer_html(served.checkpoint, facts, limits, KEPT)
