"""The page: four tabs over one checkpoint, and the API beside them."""

from __future__ import annotations

from functools import partial

import gradio as gr

from shared.checkpoint.asking import Waiting
from shared.checkpoint.source import LoadedCheckpoint
from shared.page.gradio_internals import check_counts, keep_signatures
from shared.page.html import footer_html, text
from shared.page.uploads import DELETE_UPLOADS, forget_on_close
from shared.page.waiting import waiting_page
from tumor_space import api, code_view, many_view, quality_view, slice_view
from tumor_space.serving import LIMITS, NOT_A_DIAGNOSIS, Served, serve
from tumor_space.sessions import Sessions

TITLE = "Brain tumor MRI: which one, how sure, and where it looked"
HEAD = """
<header class="head"><h1>Brain tumor MRI</h1>
<p>Give it one slice: it names the class, says how sure it is, and shows where it looked.</p>
</header>
"""
# One for the process: a page stays open when another checkpoint takes over, and is forgotten when
# it closes after that.
SESSIONS = Sessions()
KEPT = (
    "Nothing that you send is kept or logged: a slice is deleted as soon as the page has read it, "
    "a file sent to the API within minutes."
)


def build(loaded: LoadedCheckpoint) -> gr.Blocks:
    """Lay out the page for a checkpoint and register the API."""
    served = serve(loaded)
    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=DELETE_UPLOADS) as blocks:
        text(HEAD)
        with gr.Tabs():
            with gr.Tab("One slice", id="slice"):
                slice_view.build(served, SESSIONS)
            with gr.Tab("How good is it?", id="quality"):
                quality_view.build(served)
            with gr.Tab("Many slices", id="many"):
                many_view.build(served)
            with gr.Tab("Use it from code", id="code"):
                code_view.build(served, blocks)
        text(_footer(served))
        api.register(served)
        forget_on_close(blocks, SESSIONS.forget)
    keep_signatures(blocks)
    check_counts(blocks)
    return blocks


def wait(waiting: Waiting) -> gr.Blocks:
    """Lay out the page that waits for its model, with the same API."""
    return waiting_page(
        waiting,
        title=TITLE,
        head=HEAD,
        register=partial(api.register_waiting, waiting),
        forget=SESSIONS.forget,
    )


def _footer(served: Served) -> str:
    facts = {"Model": f"{served.architecture}, {served.predictor.size} px"}
    limits = f"<strong>{NOT_A_DIAGNOSIS}</strong> {LIMITS}"
    return footer_html(served.checkpoint, facts, limits, KEPT)
