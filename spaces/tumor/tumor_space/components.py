"""The page's own controls: the ways in, and the canvas that draws slice and map in the browser.

Each is a `gr.HTML` with its template and script from `assets/`, made by a function and not by a
subclass, for which Gradio would write a stub file beside this module at every start. `data_model`
makes Gradio check what comes from the browser: that its files were uploaded and are no other files
of the server.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData, GradioModel

ASSETS = Path(__file__).parent / "assets"


def asset(name: str) -> str:
    """The text of a file in `assets/`."""
    return (ASSETS / name).read_text(encoding="utf-8")


class SliceUpload(GradioModel):
    """What `drop_zone` sends: an uploaded file and which frame of it."""

    file: FileData
    frame: int = 0


class NamedFile(GradioModel):
    """One of many files; without `file` when its upload failed."""

    file: FileData | None = None
    name: str


class ManyFiles(GradioModel):
    """What `many_zone` sends: the files, and how many were chosen."""

    files: list[NamedFile]
    count: int


def text(content: str, area: str | None = None, **settings: Any) -> gr.HTML:
    """HTML in the page's own style.

    Args:
        content: the HTML.
        area: name of its place in the layout.
        settings: further settings of `gr.HTML`.
    """
    return gr.HTML(content, elem_classes=area, apply_default_css=False, **settings)


def drop_zone(largest: str, area: str) -> gr.HTML:
    """Choose, drop, paste, photograph or take an example; `upload` fires with a `SliceUpload`.

    Gradio's image component reads no DICOM, and its file component neither pastes nor photographs;
    this is one control for all of it.

    Args:
        largest: the largest file that can be read, in words.
        area: name of its place in the layout.
    """
    zone = _scripted("drop_zone.html", asset("drop_zone.js"), area, largest=largest)
    zone.data_model = SliceUpload
    return zone


def slice_canvas(area: str) -> gr.HTML:
    """Draws a slice and a map; its value is a message of `canvas_messages`."""
    return _scripted("canvas.html", asset("ramps.js") + asset("canvas.js"), area)


def many_zone(most: int) -> gr.HTML:
    """Choose or drop many files; `upload` fires with `ManyFiles`.

    Args:
        most: files that are taken at a time.
    """
    zone = _scripted("many_zone.html", asset("many_zone.js"), "many", most=most)
    zone.data_model = ManyFiles
    return zone


def _scripted(template: str, script: str, area: str, **props: Any) -> gr.HTML:
    return gr.HTML(
        html_template=asset(template),
        js_on_load=script,
        apply_default_css=False,
        elem_classes=area,
        **props,
    )
