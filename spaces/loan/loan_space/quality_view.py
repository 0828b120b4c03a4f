"""The tab "How good is it?": the recorded evaluation as tables and plots; no number is typed."""

from __future__ import annotations

from loan_space.serving import Served
from shared.page.html import text


def build(served: Served) -> None:
    """Lay out the tab."""
    del served
    text("<p>soon</p>")
