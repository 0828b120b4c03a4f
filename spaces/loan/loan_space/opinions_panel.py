"""Second opinions on both answers, and a look inside the network, as HTML."""

from __future__ import annotations

from loan_space.serving import Answered, Served


def opinions_html(served: Served, answered: Answered) -> str:
    """Placeholder until the modules of shared are there."""
    del served, answered
    return ""
