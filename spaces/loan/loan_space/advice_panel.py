"""What would change the answer, as HTML: suggestions that can be tried in the form."""

from __future__ import annotations

import json
from html import escape

from loan_space.form import as_sent
from loan_space.schema import Advice, Suggestion
from loan_space.wording import NAMES, first_up
from shared.wording import percent


def advice_html(advice: Advice) -> str:
    """The panel of the suggestions, or that there are none."""
    items = "".join(_suggestion(each) for each in advice["suggestions"])
    return (
        '<section class="advice evidence" aria-labelledby="advice-title">'
        '<h3 id="advice-title">What would change the answer</h3>'
        f"<p>{escape(advice['advice_text'])}</p><ul>{items}</ul>"
        '<p class="soft">Only what an applicant can change is tried, and only within what the '
        "models have seen. It says what these models would answer, not what is wise.</p></section>"
    )


def _suggestion(each: Suggestion) -> str:
    values = as_sent({change["field"]: change["then"] for change in each["changes"]})
    shares = ", ".join(
        f"{NAMES[model]} {percent(share)}" for model, share in each["probabilities"].items()
    )
    changes = "<br>".join(escape(first_up(change["text"])) for change in each["changes"])
    return (
        f'<li><div><strong>{changes}</strong><span class="soft">{escape(shares)}</span></div>'
        f'<button type="button" class="quiet" data-values="{escape(json.dumps(values))}">Try it'
        "</button></li>"
    )
