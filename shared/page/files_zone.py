"""The way in for files whose names matter: choose or drop them; they travel under random names.

`data_model` makes Gradio check what comes from the browser: that its files were uploaded and are no
other files of the server.
"""

from __future__ import annotations

import gradio as gr
from gradio.data_classes import FileData, GradioModel

from shared.page.html import page_asset, scripted


class NamedFile(GradioModel):
    """A file with the name it has at home; without `file` when its upload failed."""

    file: FileData | None = None
    name: str


class SentFiles(GradioModel):
    """What `files_zone` sends: the files, and how many were chosen; no files when too many."""

    files: list[NamedFile]
    count: int


def files_zone(title: str, hint: str, *, accept: str, most: int, area: str) -> gr.HTML:
    """Choose or drop files; `upload` fires with `SentFiles`.

    Args:
        title: what to drop, as HTML; "or choose a file" follows by itself.
        hint: what happens with them, as HTML.
        accept: which files the browser offers: ".csv,.xlsx".
        most: files that are taken at a time.
        area: name of its place in the layout.
    """
    several = most > 1
    template = page_asset("files_zone.html").format(
        title=title,
        hint=hint,
        accept=accept,
        multiple="multiple " if several else "",
        choose="choose files" if several else "choose a file",
    )
    script = page_asset("random_name.js") + page_asset("files_zone.js")
    zone = scripted(template, script, area, most=most)
    zone.data_model = SentFiles
    return zone
