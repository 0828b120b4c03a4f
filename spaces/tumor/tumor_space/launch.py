"""Launch settings: how the page looks, what it may serve, and how much it takes at a time."""

from __future__ import annotations

import threading

import gradio as gr

from shared.checkpoint.source import LoadedCheckpoint
from tumor_space import explaining
from tumor_space.components import ASSETS, asset
from tumor_space.privacy import MOST_SESSIONS

LARGEST_UPLOAD = (
    "128mb"  # above the reader's own limit, so that its error, which says more, is the one shown
)
WARM_UP_AFTER = 2.0  # seconds; the first visitor's answer should not share the cores with it
MOST_WAITING = 128  # events in the queue; beyond that a caller is told to come back
SYSTEM_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"]
SYSTEM_MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]


def launch(blocks: gr.Blocks, loaded: LoadedCheckpoint) -> None:
    """Serve the page until the process ends.

    The libraries that explanations need take seconds to import; they are loaded in the background a
    moment after the page is up, so that neither the page nor the first answer waits for them.
    `api_open=False`: what is queued cannot be had past its queue; the API's quick answers have none
    (`api`).
    """
    blocks.queue(max_size=MOST_WAITING, api_open=False)
    blocks.launch(
        theme=theme(),
        head=f"<style>{asset('style.css')}</style>",  # as `css`, Gradio would rewrite its selectors
        favicon_path=ASSETS / "favicon.svg",
        footer_links=[],  # the tab "Use it from code" says more
        max_file_size=LARGEST_UPLOAD,
        state_session_capacity=MOST_SESSIONS,
        mcp_server=True,
        run_history=False,  # it would leave visitors' slices in their browsers
        enable_monitoring=False,
        show_error=False,
        share=False,
        pwa=False,
        ssr_mode=False,
        prevent_thread_lock=True,
    )
    warm_up = threading.Timer(WARM_UP_AFTER, explaining.warm_up, (loaded.folder,))
    warm_up.daemon = True
    warm_up.start()
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
