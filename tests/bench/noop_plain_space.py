"""The least that a Gradio app can be: it answers one event and imports nothing else."""

from __future__ import annotations

import gradio as gr


def answer(text: str) -> str:
    """What was sent."""
    return text


gr.Interface(answer, "text", "text", api_name="predict").launch()
