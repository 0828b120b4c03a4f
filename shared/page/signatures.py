"""Signatures of Gradio's components, read once.

For each call that names no session Gradio describes every component of the page, and reads the
signature of its class anew: a part of every answer's time. `inspect.signature` takes what stands
in `__signature__` instead (PEP 362).
"""

from __future__ import annotations

import inspect

import gradio as gr


def keep_signatures(blocks: gr.Blocks) -> None:
    """Note the signatures of all constructors that the components of a page have."""
    classes = {each for block in blocks.blocks.values() for each in type(block).__mro__}
    for each in classes:
        constructor = vars(each).get("__init__")
        if inspect.isfunction(constructor):
            constructor.__signature__ = inspect.signature(constructor)  # type: ignore[attr-defined]
