"""Launch settings of this Space; those that both Spaces have are in `shared.page.launch`."""

import gradio as gr

from shared.checkpoint.loading import Opened
from shared.checkpoint.source import LoadedCheckpoint
from shared.page import launch as page
from shared.page.html import asset
from shared.page.uploads import MOST_SESSIONS
from tumor_space import explanations
from tumor_space.slice_controls import ASSETS

LARGEST_UPLOAD = (
    "128mb"  # above the reader's own limit, so that its error, which says more, is the one shown
)


def launch(opened: Opened[gr.Blocks]) -> None:
    """Serve the page until the process ends.

    The libraries that explanations need take seconds to import: that is the warming up.
    """
    page.launch(
        opened,
        largest_upload=LARGEST_UPLOAD,
        favicon=ASSETS / "favicon.svg",
        style=asset(ASSETS, "style.css"),
        sessions=MOST_SESSIONS,
        warm_up=warm_up,
    )


def warm_up(loaded: LoadedCheckpoint) -> None:
    """Load what explanations of a checkpoint need."""
    explanations.warm_up(loaded.folder)
