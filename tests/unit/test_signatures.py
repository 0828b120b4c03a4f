"""Kept signatures change how fast components are described, not how."""

from __future__ import annotations

import inspect

import gradio as gr

from shared.page.gradio_internals import keep_signatures


def test_components_are_described_as_before() -> None:
    with gr.Blocks() as page, gr.Row():
        gr.HTML("text", elem_id="here")
        gr.Dropdown(["a", "b"], label="Which")
    before = [block.get_config() for block in page.blocks.values()]
    wanted = inspect.signature(gr.HTML.__init__)
    keep_signatures(page)
    assert "__signature__" in vars(gr.HTML.__init__)
    assert inspect.signature(gr.HTML.__init__) == wanted
    assert [block.get_config() for block in page.blocks.values()] == before
