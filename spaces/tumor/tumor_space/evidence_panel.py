"""How far a map can be trusted, as HTML: the sentence first, what it rests on behind it."""

from __future__ import annotations

from html import escape

from shared.wording import percent
from tumor_space.schema import EvidenceOfMap
from tumor_space.wording import class_words

TITLE = "How far to trust this map"
VERDICTS = {
    "points": "The map points at something the answer rests on",
    "chance": "The map is no better than chance here",
    "empty": "The map is empty",
    "negative": "The map only speaks against this class",
}


def waiting_html(doing: str) -> str:
    """The panel while something is worked out."""
    return f'<div class="evidence waiting" role="status">{escape(doing)} …</div>'


def progress_html(doing: str, share: float) -> str:
    """The panel while a slow method runs; `share` is 0..1."""
    return (
        f'<div class="evidence waiting" role="status">{escape(doing)}: {share * 100:.0f} % '
        f'<progress max="1" value="{share:.2f}" aria-label="{escape(doing)}"></progress></div>'
    )


def problem_html(reason: str) -> str:
    """The panel for a choice that cannot be explained."""
    return f'<div class="evidence problem" role="alert"><p>{escape(reason)}</p></div>'


def stopped_html() -> str:
    """The panel after the visitor has stopped a slow method."""
    return (
        '<div class="evidence" role="status">'
        "<p>Stopped. The map shown is the last one that was finished.</p></div>"
    )


def evidence_html(evidence: EvidenceOfMap) -> str:
    """The panel for the evidence of a map."""
    details = _details(evidence) if evidence["trials"] else ""
    return (
        f'<div class="evidence {evidence["verdict"]}" role="status"><h3>{TITLE}</h3>'
        f'<p class="verdict">{VERDICTS[evidence["verdict"]]}.</p><p>{escape(evidence["sentence"])}'
        f"</p>{details}</div>"
    )


def _details(evidence: EvidenceOfMap) -> str:
    name = class_words(evidence["target"])
    rows = (
        ("Probability of " + name, percent(evidence["probability"])),
        ("with what is marked removed", percent(evidence["probability_without"])),
        ("with all but what is marked blurred", percent(evidence["probability_with_only"])),
        ("Random places beaten by removing it", percent(evidence["deletion_beats"])),
        ("Random places beaten by keeping only it", percent(evidence["insertion_beats"])),
        ("Share of the square that is marked", percent(evidence["marked_share"])),
    )
    items = "".join(
        f"<div><dt>{escape(term)}</dt><dd>{escape(value)}</dd></div>" for term, value in rows
    )
    return f"<details><summary>What this rests on</summary><dl>{items}</dl></details>"
