"""Controls of the slice's tab: upload zone, examples, and the canvas with what it is sent."""

import base64
import json
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from shared.checkpoint.contract import EXAMPLES_FILE, read_examples
from shared.page.gradio_internals import FileData, GradioModel, receive_as
from shared.page.html import asset, page_asset, scripted
from shared.palette import COLOUR_MAPS, stops
from shared.slices.decode import Slice, read_slice
from shared.tumor.classes import class_words
from shared.tumor.heatmap import INPUT, LAST, Heatmap, outline
from shared.tumor.methods import METHODS
from shared.tumor.predictor import Answer
from tumor_space.data_urls import png_url
from tumor_space.explanations import as_map
from tumor_space.serving import answer_sentence

ASSETS = Path(__file__).parent / "assets"
READABLE = "image/*,.dcm,.dicom,.ima,application/dicom"  # what a browser offers to choose from
Message = dict[str, Any]
NO_PICTURE: Message = {"picture": None, "map": None}
THIRDS = (
    ("upper left", "top", "upper right"),
    ("left", "middle", "right"),
    ("lower left", "bottom", "lower right"),
)


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
    """Draws a slice and a map in the browser; its value is a `Message`."""
    options = "".join(f'<option value="{name}">{name}</option>' for name in COLOUR_MAPS)
    template = asset(ASSETS, "canvas.html").format(colour_maps=options)
    colour_maps = json.dumps({name: stops(name) for name in COLOUR_MAPS})
    script = f"const COLOUR_MAPS = {colour_maps};\n" + asset(ASSETS, "canvas.js")
    return scripted(template, script, area)


def examples_html(checkpoint: Path) -> str:
    """The examples of the checkpoint as buttons; empty when it has none.

    A click sends the file as if the visitor had it.
    """
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


def picture_message(picture: Slice, answer: Answer) -> Message:
    """The slice; its size is that of the file even where it is sent smaller."""
    height, width = picture.pixels.shape
    shown = {
        "source": png_url(picture.pixels),
        "width": width,
        "height": height,
        "frames": picture.frames,
    }
    return {
        "picture": shown,
        "map": None,
        "alternative": f"The slice. {answer_sentence(answer)}",
        "caption": "",
    }


def map_message(heatmap: Heatmap, answer: Answer) -> Message:
    """A map over the slice that is shown."""
    window = answer.prepared.window
    caption = _caption(heatmap)
    drawn = {**as_map(heatmap, window), "outline": outline(heatmap, window)}
    where = (
        "Nothing is marked."
        if heatmap.empty
        else f"Strongest at the {_place(heatmap)} of the head."
    )
    return {
        "map": drawn,
        "alternative": f"{answer_sentence(answer)} {caption} {where}",
        "caption": caption,
    }


def _caption(heatmap: Heatmap) -> str:
    than = f" rather than {class_words(heatmap.against)}" if heatmap.against else ""
    layer = "" if heatmap.layer in (LAST, INPUT) else f", layer {heatmap.layer}"
    method = METHODS[heatmap.method].title
    return f"Where the network saw {class_words(heatmap.target)}{than} ({method}{layer})."


def _place(heatmap: Heatmap) -> str:
    height, width = heatmap.values.shape
    row, column = np.unravel_index(int(heatmap.values.argmax()), (height, width))
    return THIRDS[int(row) * 3 // height][int(column) * 3 // width]
