"""A call with too few or too many values is told so, and what it sent stays out of the log."""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio.blocks import BlockFunction


def check_counts(blocks: gr.Blocks) -> None:
    """Count the values of every call before they are read.

    Gradio's own check prints all that was sent, with a traceback, and lets further values pass.

    Args:
        blocks: a page that has been built.
    """
    blocks.validate_inputs = _check  # type: ignore[method-assign, assignment]


def _check(called: BlockFunction, inputs: list[Any]) -> None:
    wanted = len(called.inputs)
    if len(inputs) != wanted:
        raise gr.Error(
            f"{called.api_name or called.name} takes {wanted} values in their order; "
            f"{len(inputs)} came. Send null for what is left out.",
            print_exception=False,
        )
