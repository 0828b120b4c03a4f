"""How the network decided for the slice at hand, step by step."""

import json
from html import escape

import numpy as np
from numpy.typing import NDArray

from shared.report.blocks import Probability, Table
from shared.report.html import table_html
from shared.tumor.classes import class_words
from shared.tumor.gradcam import Channel, grad_cam, strongest_channels
from shared.tumor.heatmap import Heatmap, colour_table
from shared.tumor.predictor import Answer
from tumor_space.data_urls import png_url
from tumor_space.serving import Served
from tumor_space.slice_controls import map_message

SHOWN = 6  # channels
COLOURS = "viridis"


def steps_html(served: Served, answer: Answer) -> str:
    """The four steps; a click on a map draws it on the slice."""
    target = answer.likeliest
    channels = strongest_channels(served.predictor, answer, target, SHOWN)
    steps = (_seen(answer), _channels(answer, channels, target), _sum(served, answer, target))
    items = "".join(f"<li>{step}</li>" for step in (*steps, _logits(served, answer)) if step)
    return (
        '<section class="steps"><h2>How it decided, step by step</h2>'
        f"<p>Click on a map to see it on the slice.</p><ol>{items}</ol></section>"
    )


def _seen(answer: Answer) -> str:
    size = len(answer.prepared.pixels)
    return (
        "<h3>What it saw</h3>"
        f'<img src="{png_url(answer.prepared.pixels)}" alt="The square that the network saw">'
        f"<p>The head, cut out and with its brightness stretched: {size} x {size} numbers. It "
        "sees nothing else of the file.</p>"
    )


def _channels(answer: Answer, channels: tuple[Channel, ...], target: str) -> str:
    if not channels:
        return ""
    count, height, width = answer.features.shape
    tiles = "".join(_tile(answer, channel, target) for channel in channels)
    return (
        f'<h3>What it found</h3><div class="tiles">{tiles}</div>'
        f"<p>Its layers end in {count:,} small maps of {height} x {width}, each for a pattern that "
        f"it has learned. These {len(channels)} add most to {class_words(target)}.</p>"
    )


def _tile(answer: Answer, channel: Channel, target: str) -> str:
    name = f"Channel {channel.index}"
    caption = f"{name} adds {channel.adds:.2f} to {class_words(target)}."
    heatmap = Heatmap(channel.values, target)
    return _map_button(answer, heatmap, caption, f"+{channel.adds:.2f}")


def _sum(served: Served, answer: Answer, target: str) -> str:
    heatmap = grad_cam(served.predictor, answer, target=target)
    caption = f"All channels together for {class_words(target)}."
    total = float(heatmap.values.sum())
    return (
        f"<h3>All of them together</h3>{_map_button(answer, heatmap, caption, f'{total:+.2f}')}"
        f"<p>Every map is multiplied by its weight for {class_words(target)}, and all are added "
        f"up. That is the map over the slice; its cells add up to {total:.2f}.</p>"
    )


def _map_button(answer: Answer, heatmap: Heatmap, caption: str, label: str) -> str:
    message = map_message(heatmap, answer)
    detail = json.dumps({"map": message["map"], "caption": caption}, separators=(",", ":"))
    return (
        f'<button type="button" class="tile" data-map="{escape(detail)}" '
        f'aria-label="Show on the slice: {escape(caption)}">'
        f'<img src="{png_url(_coloured(heatmap.values))}" alt=""><span>{label}</span></button>'
    )


def _coloured(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(h, w, 3): the positive part of a map in colours, from 0 to its own largest value."""
    positive = np.clip(values, 0, None)
    largest = float(positive.max()) or 1.0
    index = np.round(positive / largest * 255).astype(np.uint8)
    coloured: NDArray[np.uint8] = colour_table(COLOURS)[index]
    return coloured


def _logits(served: Served, answer: Answer) -> str:
    rows = [
        (class_words(label), f"{logit:+.2f}", Probability(answer.probabilities[label]))
        for label, logit in zip(served.predictor.labels, answer.logits.tolist(), strict=True)
    ]
    table = table_html(Table("Sum and probability", ("Class", "Sum", "Probability"), rows))
    temperature = served.predictor.decision.temperature_for(answer.unlike)
    return (
        f"<h3>From sums to an answer</h3>{table}<p>Each class gets such a sum, plus a constant. "
        f"Softmax turns the sums, divided by {temperature:.2f}, into probabilities. This number "
        "was chosen so that of the answers given with 80 %, about 80 in 100 are right.</p>"
    )
