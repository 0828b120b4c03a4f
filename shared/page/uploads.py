"""What visitors send: the upload zone, and what is deleted when, so that nothing of it is kept.

A page deletes an upload as soon as it was read. A program's upload has a name that the program
chose and may be asked about again, so Gradio's own sweep deletes it within minutes. Gradio also
keeps the last value of every component of an open page; that goes when the page closes.
"""

from collections.abc import Callable
from pathlib import Path

import gradio as gr

from shared.page.gradio_internals import FileData, GradioModel, forget_values, receive_as
from shared.page.html import page_asset, scripted

DELETE_UPLOADS = (60, 300)  # look every minute for uploads older than five, in seconds
MOST_SESSIONS = 64  # of which Gradio may hold the last values


class NamedFile(GradioModel):
    """A file with the name it has at home; without `file` when its upload failed."""

    file: FileData | None = None
    name: str


class SentFiles(GradioModel):
    """What `upload_zone` sends: the files, and how many were chosen; no files when too many."""

    files: list[NamedFile]
    count: int


def upload_zone(title: str, hint: str, *, accept: str, most: int, area: str) -> gr.HTML:
    """Choose or drop files whose names matter; `upload` fires with `SentFiles`.

    The files travel under random names, so that nobody can ask for one by guessing.

    Args:
        title: what to drop, as HTML; "or choose a file" follows by itself.
        hint: what happens with them, as HTML.
        accept: which files the browser offers: ".csv,.xlsx".
        most: files that are taken at a time.
        area: name of its place in the layout.
    """
    several = most > 1
    template = page_asset("upload_zone.html").format(
        title=title,
        hint=hint,
        accept=accept,
        multiple="multiple " if several else "",
        choose="choose files" if several else "choose a file",
    )
    script = page_asset("random_name.js") + page_asset("upload_zone.js")
    zone = scripted(template, script, area, most=most)
    receive_as(zone, SentFiles)
    return zone


def delete_upload(path: str) -> None:
    """Delete an upload and its folder; the browser gave it a name of its own, so nobody else reads
    it.
    """
    Path(path).unlink(missing_ok=True)
    folder = Path(path).parent
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def forget_on_close(blocks: gr.Blocks, forget: Callable[[str], None]) -> None:
    """Drop all of a session when its page closes or reloads; `forget` drops the Space's own."""

    def close(request: gr.Request) -> None:
        session = request.session_hash or ""
        forget(session)
        forget_values(blocks, session)

    blocks.unload(close)
