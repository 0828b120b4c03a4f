"""Launch settings of both Spaces: how a page looks, what it may serve, how much at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import gradio as gr

from shared.checkpoint.source import LoadedCheckpoint, Opened
from shared.page.html import page_asset
from shared.page.takeover import follow
from shared.page.turns import MOST_WAITING
from shared.report.html import style as report_style

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
    warm_up: Callable[[LoadedCheckpoint], None] = lambda loaded: None,
) -> None:
    """Serve the page until the process ends; a checkpoint that comes later takes over.

    `api_open=False`: what is queued cannot be had past its queue; the API's quick answers have
    none.

    Args:
        opened: the page, with what it answers from.
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
    head = f"<style>{page_asset('style.css')}{report_style()}{style}</style>"
    blocks.launch(
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
    )
    soon = threading.Timer(WARM_UP_AFTER, warm_up, (opened.checkpoint,))
    soon.daemon = True
    soon.start()
    follow(opened, warm_up)
    blocks.block_thread()


def theme() -> gr.themes.Base:
    """Gradio's plain theme in the page's colours, with the fonts of the visitor's own system."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.cyan,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_lg,
        font=[gr.themes.Font(name) for name in SYSTEM_FONTS],
        font_mono=[gr.themes.Font(name) for name in SYSTEM_MONO],
    ).set(
        body_background_fill="#f6f8f9",
        body_background_fill_dark="#10171d",
        body_text_color="#16202a",
        body_text_color_dark="#e9eff3",
        body_text_color_subdued="#4a5966",
        body_text_color_subdued_dark="#aebcc7",
        button_primary_background_fill="#0b6478",
        button_primary_background_fill_dark="#6cc5d9",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#0b1a20",
        color_accent="#0b6478",
        color_accent_soft="#e2f0f3",
        color_accent_soft_dark="#14333c",
        block_background_fill="#ffffff",
        block_background_fill_dark="#18222a",
        input_background_fill="#ffffff",
        input_background_fill_dark="#10171d",
        border_color_primary="#d5dde3",
        border_color_primary_dark="#33424e",
        background_fill_secondary_dark="#10171d",
    )
