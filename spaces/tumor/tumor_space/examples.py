"""The examples of the checkpoint as buttons: a click sends the file as if a visitor had it."""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path

from shared.checkpoint.contract import EXAMPLES_FILE, read_examples
from shared.slices.decode import read_slice
from tumor_space.drawing import png_url


def examples_html(checkpoint: Path) -> str:
    """A row of example buttons; empty when the checkpoint has none."""
    entries = read_examples(checkpoint)
    if not entries:
        return ""
    folder = (checkpoint / EXAMPLES_FILE).parent
    items = "".join(_example(folder / entry["file"], entry["caption"]) for entry in entries)
    sources = "; ".join(dict.fromkeys(entry["source"] for entry in entries))
    return (
        f'<section class="examples"><h2>Examples</h2><ul>{items}</ul>'
        f'<p class="soft">{escape(sources)}.</p></section>'
    )


def _example(path: Path, caption: str) -> str:
    content = path.read_bytes()
    source = "data:application/octet-stream;base64," + base64.b64encode(content).decode("ascii")
    thumbnail = png_url(read_slice(content).pixels)
    return (
        f'<li><button type="button" class="example" data-source="{source}">'
        f'<img src="{thumbnail}" alt="" loading="lazy"><span>{escape(caption)}</span></button></li>'
    )
