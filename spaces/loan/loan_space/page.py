"""The page: four tabs over one checkpoint, and the API beside them."""

from __future__ import annotations

import gradio as gr

from loan_space import api, applicant_view, code_view, many_view, quality_view
from loan_space.footer import footer_html
from loan_space.serving import serve
from shared.checkpoint.source import LoadedCheckpoint
from shared.page.gradio_internals import check_counts, keep_signatures
from shared.page.html import text
from shared.page.uploads import DELETE_UPLOADS, forget_on_close

TITLE = "Home loan: eligible or not, by two models, and why"
HEAD = """
<header class="head"><h1>Home loan</h1>
<p>One applicant in; two answers, the reasons, and what would change them out.</p></header>
"""


def build(loaded: LoadedCheckpoint) -> gr.Blocks:
    """Lay out the page for a checkpoint and register the API."""
    served = serve(loaded)
    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=DELETE_UPLOADS) as blocks:
        text(HEAD)
        with gr.Tabs():
            with gr.Tab("One applicant", id="applicant"):
                applicant_view.build(served)
            with gr.Tab("How good is it?", id="quality"):
                quality_view.build(served)
            with gr.Tab("Many applicants", id="many"):
                many_view.build(served)
            with gr.Tab("Use it from code", id="code"):
                code_view.build(served, blocks)
        text(footer_html(served))
        api.register(served)
        forget_on_close(blocks, lambda session: None)  # this Space keeps nothing of its own
    keep_signatures(blocks)
    check_counts(blocks)
    return blocks
