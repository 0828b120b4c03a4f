"""The least that a Gradio app with PyTorch can be: it imports torch and answers one event."""

from __future__ import annotations

import gradio as gr
import torch


def answer(text: str) -> str:
    """What was sent, and proof that torch is there."""
    return f"{text} {torch.__version__}"


gr.Interface(answer, "text", "text", api_name="predict").launch()
