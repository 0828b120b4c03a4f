"""The page: four tabs over one checkpoint, the foot of them, the API, and how it is launched."""

from __future__ import annotations

from functools import partial

import gradio as gr

from loan_space import ASSETS, api, code_view, many_view, quality_view
from loan_space.applicant import tab as applicant
from loan_space.applicant.second_opinions import warm_up
from loan_space.serving import Served, serve
from loan_space.wording import LIMITS, NOT_A_DECISION
from shared.checkpoint.asking import Waiting
from shared.checkpoint.loading import Opened
from shared.checkpoint.source import LoadedCheckpoint
from shared.loan.table.rows import MOST_BYTES
from shared.page import html
from shared.page import launch as page
from shared.page.gradio_internals import check_counts, keep_signatures
from shared.page.html import asset, text
from shared.page.uploads import DELETE_UPLOADS, MOST_SESSIONS, forget_on_close
from shared.page.waiting import waiting_page

TITLE = "Home loan: eligible or not, by two models, and why"
HEAD = """
<header class="head"><h1>Home loan</h1>
<p>Describe one applicant: two models answer, say why, and say what would change the answer.</p>
</header>
"""
KEPT = (
    "Nothing that you type or send is kept or logged: a table that you send on this page is "
    "deleted as soon as it has been answered; a table that a program sends, and all answers, are "
    "deleted within minutes. The link to an applicant carries the values behind the #, which "
    "browsers send to no server."
)
# Above the reader's own limit, so that its error, which says more, is the one shown.
LARGEST_UPLOAD = f"{MOST_BYTES // 2**20 + 64}mb"


def build(loaded: LoadedCheckpoint) -> gr.Blocks:
    """Lay out the page for a checkpoint and register the API."""
    served = serve(loaded)
    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=DELETE_UPLOADS) as blocks:
        text(HEAD)
        with gr.Tabs():
            with gr.Tab("One applicant", id="applicant"):
                applicant.build(served)
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


def wait(waiting: Waiting) -> gr.Blocks:
    """Lay out the page that waits for its model, with the same API."""
    return waiting_page(
        waiting,
        title=TITLE,
        head=HEAD,
        register=partial(api.register_waiting, waiting),
        forget=lambda session: None,
    )


def footer_html(served: Served) -> str:
    """The footer; every fact in it is of the checkpoint that was loaded."""
    facts = {"Models": " and ".join(served.predictor.decision.names)}
    return html.footer_html(
        served.checkpoint, facts, f"<strong>{NOT_A_DECISION}</strong> {LIMITS}", KEPT
    )


def launch(opened: Opened[gr.Blocks]) -> None:
    """Serve the page until the process ends; second opinions are prepared a moment later."""
    page.launch(
        opened,
        largest_upload=LARGEST_UPLOAD,
        favicon=ASSETS / "favicon.svg",
        style=asset(ASSETS, "style.css") + asset(ASSETS, "quality.css"),
        sessions=MOST_SESSIONS,
        warm_up=warm_up,
    )
