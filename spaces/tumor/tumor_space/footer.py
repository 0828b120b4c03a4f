"""The foot of every tab: what answered, where it came from, its limits, and what happens to
uploads.
"""

from __future__ import annotations

from html import escape

from tumor_space.serving import Served
from tumor_space.wording import LIMITS, NOT_A_DIAGNOSIS

SOURCES = {
    "folder": "a folder named by the operator",
    "hub": "the Hugging Face Hub",
    "cache": "the local cache of the Hugging Face Hub",
    "bundled": "the checkpoint that comes with this Space",
}
SHORT = 12  # characters of a hash that tell revisions apart


def footer_html(served: Served) -> str:
    """The footer; every fact in it is of the checkpoint that was loaded."""
    loaded = served.checkpoint
    facts = {
        "Model": f"{served.architecture}, {served.predictor.size} px",
        "Repository": loaded.repository or "none",
        "Revision": loaded.revision[:SHORT],
        "Source": SOURCES.get(loaded.source, loaded.source),
        "Content": f"sha256 {loaded.sha256[:SHORT]}",
    }
    items = "".join(
        f"<div><dt>{name}</dt><dd>{escape(str(value))}</dd></div>" for name, value in facts.items()
    )
    return (
        f'<footer class="foot"><p><strong>{NOT_A_DIAGNOSIS}</strong> {LIMITS}</p>'
        "<p>Nothing that you send is kept or logged: a slice is deleted as soon as the page has "
        "read it, "
        "a file sent to the API within minutes.</p>"
        f"<dl>{items}</dl><p>Code under the Apache License 2.0.</p></footer>"
    )
