"""The page's own controls: the way in for a slice, and the canvas that draws slice and map in the
browser.

`data_model` makes Gradio check what comes from the browser: that its file was uploaded and is no
other file of the server.
"""

from __future__ import annotations

import json
from pathlib import Path

import gradio as gr

from shared.page.gradio_internals import FileData, GradioModel, receive_as
from shared.page.html import asset, page_asset, scripted
from shared.palette import COLOUR_MAPS, stops

ASSETS = Path(__file__).parent / "assets"
READABLE = "image/*,.dcm,.dicom,.ima,application/dicom"  # what a browser offers to choose from


class SliceUpload(GradioModel):
    """What `drop_zone` sends: an uploaded file and which frame of it."""

    file: FileData
    frame: int = 0


def drop_zone(largest: str, area: str) -> gr.HTML:
    """Choose, drop, paste, photograph or take an example; `upload` fires with a `SliceUpload`.

    Gradio's image component reads no DICOM, and its file component neither pastes nor photographs;
    this is one control for all of it.

    Args:
        largest: the largest file that can be read, in words.
        area: name of its place in the layout.
    """
    template = asset(ASSETS, "drop_zone.html").format(accept=READABLE)
    script = page_asset("random_name.js") + asset(ASSETS, "drop_zone.js")
    zone = scripted(template, script, area, largest=largest)
    receive_as(zone, SliceUpload)
    return zone


def slice_canvas(area: str) -> gr.HTML:
    """Draws a slice and a map; its value is a message of `canvas_messages`."""
    colour_maps = json.dumps({name: stops(name) for name in COLOUR_MAPS})
    script = f"const COLOUR_MAPS = {colour_maps};\n" + asset(ASSETS, "canvas.js")
    return scripted(asset(ASSETS, "canvas.html"), script, area)
