"""Nothing that a visitor sends is kept: what has to be dropped besides, and when.

A page deletes an upload as soon as it was read (`uploads`). A program's upload has a name that the
program chose and may be asked about again, so Gradio's own sweep deletes it within minutes. Gradio
also keeps the last value of every component of an open page; that goes when the page closes.
"""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

DELETE_UPLOADS = (60, 300)  # look every minute for uploads older than five, in seconds
MOST_SESSIONS = 64  # of which Gradio may hold the last values


def forget_on_close(blocks: gr.Blocks, forget: Callable[[str], None]) -> None:
    """Drop everything of a session when its page is closed or reloaded.

    Args:
        blocks: the page, open for building.
        forget: drops what the Space itself keeps of a session.
    """

    def close(request: gr.Request) -> None:
        session = request.session_hash or ""
        forget(session)
        blocks.state_holder.session_data.pop(session, None)

    blocks.unload(close)
