"""HTML on a page: text, controls of the page's own, the footer.

A control is made by a function and not by a subclass of `gr.HTML`, for which Gradio would write a
stub file beside the module at every start.
"""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from shared.checkpoint.source import SHORT as SHORT
from shared.checkpoint.source import LoadedCheckpoint

ASSETS = Path(__file__).parent / "assets"
SOURCES = {
    "folder": "a folder named by the operator",
    "hub": "the Hugging Face Hub",
    "cache": "the local cache of the Hugging Face Hub",
    "bundled": "the checkpoint that comes with this Space",
}


def asset(folder: Path, name: str) -> str:
    """The text of a file in a folder of assets."""
    return (folder / name).read_text(encoding="utf-8")


def page_asset(name: str) -> str:
    """The text of an asset that both Spaces share."""
    return asset(ASSETS, name)


def text(content: str, area: str | None = None, **settings: Any) -> gr.HTML:
    """HTML in the page's own style; `area` names its place, `settings` are those of `gr.HTML`."""
    return gr.HTML(content, elem_classes=area, apply_default_css=False, **settings)


def scripted(template: str, script: str, area: str, **props: Any) -> gr.HTML:
    """A control made of a template and the script that gives it life.

    Args:
        template: its HTML.
        script: JavaScript; sees `element`, `props`, `upload`, `trigger` and `watch`.
        area: name of its place in the layout.
        props: what the script finds in `props`.
    """
    return gr.HTML(
        html_template=template,
        js_on_load=script,
        apply_default_css=False,
        elem_classes=area,
        **props,
    )


def problem_html(reason: str) -> str:
    """A panel for what cannot be used: why, and what to do."""
    return f'<div class="panel problem" role="alert"><p>{escape(reason)}</p></div>'


def progress_html(done: int, count: int, counted: str) -> str:
    """How far work on many has come; `counted` is what is counted, as a plural: "slices"."""
    return (
        f'<p class="many-progress" role="status">Answered {done:,} of {count:,} '
        f'<progress max="{count}" value="{done}" aria-label="{escape(counted.capitalize())} '
        'answered">'
        "</progress></p>"
    )


def footer_html(loaded: LoadedCheckpoint, facts: Mapping[str, str], limits: str, kept: str) -> str:
    """The foot of every tab: what answers and why; its limits, and what is kept, as HTML."""
    rows = {
        **facts,
        "Repository": loaded.repository or "none",
        "Revision": loaded.revision[:SHORT],
        "Source": SOURCES.get(loaded.source, loaded.source),
        "Content": f"sha256 {loaded.sha256[:SHORT]}",
    }
    items = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        for name, value in rows.items()
    )
    return (
        f'<footer class="foot"><p>{limits}</p><p>{kept}</p>'
        f"<dl>{items}</dl><p>Why this checkpoint: {escape(loaded.why)}</p>"
        "<p>Code under the Apache License 2.0.</p></footer>"
    )
