"""What the canvas is sent: a slice, or a map for the slice it shows, each with its alternative
text.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from shared.slices.decode import Slice
from shared.tumor.heatmap import LAST, Heatmap
from shared.tumor.overlay import outline
from shared.tumor.predictor import Answer
from tumor_space.drawing import png_url
from tumor_space.explaining import as_map
from tumor_space.wording import METHOD_WORDS, answer_sentence, class_words

Message = dict[str, Any]
NO_PICTURE: Message = {"picture": None, "map": None}
THIRDS = (
    ("upper left", "top", "upper right"),
    ("left", "middle", "right"),
    ("lower left", "bottom", "lower right"),
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
    layer = (
        f", layer {heatmap.layer}" if heatmap.method == "gradcam" and heatmap.layer != LAST else ""
    )
    method = METHOD_WORDS[heatmap.method]
    return f"Where the network saw {class_words(heatmap.target)}{than} ({method}{layer})."


def _place(heatmap: Heatmap) -> str:
    height, width = heatmap.values.shape
    row, column = np.unravel_index(int(heatmap.values.argmax()), (height, width))
    return THIRDS[int(row) * 3 // height][int(column) * 3 // width]
