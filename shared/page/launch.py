"""Serve a page: its looks and limits, and another checkpoint that takes over while it is served."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import gradio as gr

from shared.checkpoint.hub_errors import detail
from shared.checkpoint.loading import Opened, not_opened, say
from shared.checkpoint.source import LoadedCheckpoint
from shared.errors import CheckpointError
from shared.page import gradio_internals
from shared.page.endpoints import MOST_WAITING
from shared.page.gradio_internals import swap
from shared.page.html import page_asset
from shared.page.waiting import in_503
from shared.palette import DARK, LIGHT, css
from shared.report.html import style as report_style

log = logging.getLogger(__name__)

Prepare = Callable[[LoadedCheckpoint], None]

NOT_OPENED = (
    "The owner of this Space has to lock another model, or deploy the code that this one is for."
)
WARM_UP_AFTER = 2.0  # seconds; the first visitor's answer should not share the cores with it
SYSTEM_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"]
SYSTEM_MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]


def launch(
    opened: Opened[gr.Blocks],
    *,
    largest_upload: str,
    favicon: Path,
    style: str,
    sessions: int,
    warm_up: Prepare = lambda loaded: None,
) -> None:
    """Serve the page until the process ends; a checkpoint that comes later takes over.

    `api_open=False`: what is queued cannot be had past its queue; the API's quick answers have
    none.

    Args:
        opened: the page, with what it answers from, or with what it waits for.
        largest_upload: as Gradio reads it: "128mb".
        favicon: the icon of the page.
        style: the Space's own CSS; it follows the common one.
        sessions: of how many open pages Gradio may hold the last values.
        warm_up: loads what takes seconds; called in the background a moment after the page is up,
            so that neither the page nor the first answer waits for it.
    """
    blocks = opened.value
    blocks.queue(max_size=MOST_WAITING, api_open=False)
    # As `css`, Gradio would rewrite its selectors.
    head = f"<style>{css()}{page_asset('style.css')}{report_style()}{style}</style>"
    gradio_internals.launch(
        blocks,
        theme=theme(),
        head=head,
        favicon_path=favicon,
        footer_links=[],  # the tab "Use it from code" says more
        max_file_size=largest_upload,
        state_session_capacity=sessions,
        mcp_server=True,
        run_history=False,  # it would leave what visitors sent in their browsers
        enable_monitoring=False,
        show_error=False,
        share=False,
        pwa=False,
        ssr_mode=False,
        prevent_thread_lock=True,
        app_kwargs={} if opened.waiting is None else {"middleware": [in_503(opened.waiting)]},
    )
    if opened.checkpoint is not None:
        soon = threading.Timer(WARM_UP_AFTER, warm_up, (opened.checkpoint,))
        soon.daemon = True
        soon.start()
    follow(opened, warm_up)
    blocks.block_thread()


def follow(opened: Opened[gr.Blocks], prepare: Prepare) -> None:
    """Wait in the background for a checkpoint that was late, prepare it, let it take over."""
    if opened.later is not None:
        threading.Thread(target=_follow, args=(opened, prepare), daemon=True).start()


def _follow(opened: Opened[gr.Blocks], prepare: Prepare) -> None:
    assert opened.later is not None
    own = opened.checkpoint
    stays = f"The {own.source} checkpoint goes on answering." if own else "Nothing answers."
    try:
        loaded = opened.later()
    except CheckpointError as error:
        log.warning("%s %s", error, stays)
        return
    try:
        # The page is built anew for the new checkpoint, while the old one goes on answering.
        # Gradio notes what is being built in one place for all threads: a component that a request
        # made now would join the new page. No handler of ours makes one; a test keeps that true.
        built = opened.open(loaded)
        prepare(loaded)
    except Exception as error:  # of any library that reads weights
        refused = not_opened(loaded, error)
        log.warning("%s %s %s", refused, detail(error), stays)
        if opened.waiting is not None:
            opened.waiting.why, opened.waiting.advice = refused, NOT_OPENED
        return
    swap(opened.value, built)
    if opened.waiting is not None:
        opened.waiting.over = True
    say(loaded)


def theme() -> gr.themes.Base:
    """Gradio's plain theme in the page's colours, with the fonts of the visitor's own system."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.cyan,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_lg,
        font=[gr.themes.Font(name) for name in SYSTEM_FONTS],
        font_mono=[gr.themes.Font(name) for name in SYSTEM_MONO],
    ).set(**_theme_colours())


def _theme_colours() -> dict[str, str]:
    """The palette under the names of Gradio's theme, so that its controls look like ours."""
    same_in_both = {
        "body_background_fill": "paper",
        "body_text_color": "ink",
        "body_text_color_subdued": "ink-soft",
        "button_primary_background_fill": "accent",
        "button_primary_text_color": "accent-ink",
        "color_accent_soft": "accent-soft",
        "block_background_fill": "card",
        "border_color_primary": "line",
    }
    light = {name: LIGHT[colour] for name, colour in same_in_both.items()}
    dark = {f"{name}_dark": DARK[colour] for name, colour in same_in_both.items()}
    only_one = {
        "color_accent": LIGHT["accent"],
        "input_background_fill": LIGHT["card"],
        "input_background_fill_dark": DARK["paper"],
        "background_fill_secondary_dark": DARK["paper"],
    }
    return light | dark | only_one
