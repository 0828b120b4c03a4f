"""The foot of every tab: what answers, where it came from and why from there, its limits, and what
happens to what was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from shared.checkpoint.source import LoadedCheckpoint

SOURCES = {
    "folder": "a folder named by the operator",
    "hub": "the Hugging Face Hub",
    "cache": "the local cache of the Hugging Face Hub",
    "bundled": "the checkpoint that comes with this Space",
}
SHORT = 12  # characters of a hash that tell revisions apart


def footer_html(loaded: LoadedCheckpoint, facts: Mapping[str, str], limits: str, kept: str) -> str:
    """The footer; every fact in it is of the checkpoint that was loaded.

    Args:
        loaded: the checkpoint.
        facts: what else is known of the model, shown first; names and values as plain text.
        limits: what the answers are not for, as HTML.
        kept: what happens to what a visitor sends, as HTML.
    """
    listed = {
        **facts,
        "Repository": loaded.repository or "none",
        "Revision": loaded.revision[:SHORT],
        "Source": SOURCES.get(loaded.source, loaded.source),
        "Content": f"sha256 {loaded.sha256[:SHORT]}",
    }
    items = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        for name, value in listed.items()
    )
    return (
        f'<footer class="foot"><p>{limits}</p><p>{kept}</p>'
        f"<dl>{items}</dl><p>Why this checkpoint: {escape(loaded.why)}</p>"
        "<p>Code under the Apache License 2.0.</p></footer>"
    )
