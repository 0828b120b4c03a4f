"""Launch settings of this Space; those that both Spaces have are in `shared.page.launch`."""

from __future__ import annotations

import gradio as gr

from loan_space.form import ASSETS
from shared.checkpoint.loading import Opened
from shared.loan.table.open import MOST_BYTES
from shared.page import launch as page
from shared.page.html import asset
from shared.page.privacy import MOST_SESSIONS

# Above the reader's own limit, so that its error, which says more, is the one shown.
LARGEST_UPLOAD = f"{MOST_BYTES // 2**20 + 64}mb"


def launch(opened: Opened[gr.Blocks]) -> None:
    """Serve the page until the process ends; nothing has to be warmed up."""
    page.launch(
        opened,
        largest_upload=LARGEST_UPLOAD,
        favicon=ASSETS / "favicon.svg",
        style=asset(ASSETS, "style.css") + asset(ASSETS, "quality.css"),
        sessions=MOST_SESSIONS,
    )
