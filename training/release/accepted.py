"""Figures that got worse: refused, or accepted for a reason that is written down."""

from __future__ import annotations

from training.hub.errors import PublishError
from training.release.gate import Comparison, markdown
from training.release.spaces import Live


def check_gate(comparison: Comparison, reason: str) -> None:
    """Refuse a checkpoint that is worse than the live one, unless there is a reason to accept it.

    Raises:
        PublishError: names the figures.
    """
    if comparison.worse and not reason:
        figures = "; ".join(row.label for row in comparison.worse)
        raise PublishError(
            f"Worse than what is live, by more than chance explains: {figures}. Nothing was "
            "published. Train a better one, or say why it may go out: --allow-regression REASON."
        )


def accepted_text(comparison: Comparison, live: Live, reason: str) -> str:
    """Markdown on what got worse and why that is accepted; empty where nothing did.

    Args:
        comparison: of the new checkpoint with the live one.
        live: what it was compared with.
        reason: of the maintainer; empty where none was given.
    """
    if not (comparison.worse and reason):
        return ""
    worse = "\n".join(
        f"- {row.label}: {row.live:.3f} before, {row.new:.3f} now" for row in comparison.worse
    )
    return (
        "## What got worse, and why that is accepted\n\n"
        f"Compared on the same rows with {live.words}, which was live, these figures are worse by "
        f"more than chance explains:\n\n{worse}\n\n"
        f"Accepted all the same: {harmless(reason)}\n\n{markdown(comparison)}"
    )


def harmless(reason: str) -> str:
    """A reason on one line that cannot be taken for a tag or a comment of the page."""
    return " ".join(reason.split()).replace("<", "&lt;")
