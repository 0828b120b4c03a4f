"""Leave each source out of fitting once: `python -m training.tumor.sources --data DATA --out OUT`.

The set merges several collections. As far as they can be told apart (slices with an expert's box
come from Figshare; the others are saved as grey or as colour files), each is left out of a short
fit and answered by it, beside the answers of the same short fit that has seen the source. Writes
`sources.json`, which the evaluate stage takes over.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from shared.slices.framing import to_input
from training.metrics import Figure, proportion
from training.stages import command_line, read_record, write_record
from training.tumor.fit import fit
from training.tumor.network import FitSettings, TimmNetwork
from training.tumor.slices import (
    BOXES_FILE,
    IMAGES_FOLDER,
    LabelledSlices,
    class_names,
    load_slices,
    read_boxes,
)
from training.tumor.split import SPLIT_FILE, UNSEEN

SOURCES_FILE = "sources.json"
FIGSHARE, GREY, COLOUR = "Figshare (has a box)", "others, grey files", "others, colour files"
MEASURED = ("test", UNSEEN)
SHORT = FitSettings(size=128, small_size=128, epochs=3, small_epochs=0)


def source_of(data: Path, files: list[str]) -> NDArray[np.str_]:
    """The source of each slice, as far as it can be told."""
    boxed = read_boxes(data / BOXES_FILE)

    def told(file: str) -> str:
        if file in boxed:
            return FIGSHARE
        with Image.open(data / IMAGES_FOLDER / file) as picture:
            return GREY if picture.mode == "L" else COLOUR

    return np.array([told(file) for file in files])


def taken(slices: LabelledSlices, rows: NDArray[np.bool_]) -> LabelledSlices:
    """Some of the slices."""
    return LabelledSlices(slices.pixels[rows], slices.targets[rows], slices.boxes[rows])


@torch.inference_mode()
def right(network: TimmNetwork, slices: LabelledSlices) -> NDArray[np.bool_]:
    """(N,) whether the network's answer is the true class."""
    answers = []
    for start in range(0, len(slices), 64):
        pixels = slices.pixels[start : start + 64].astype(np.float32) / np.float32(255)
        answers.append(network(torch.from_numpy(to_input(pixels))).argmax(dim=1).numpy())
    return np.asarray(np.concatenate(answers) == slices.targets)


def measure(
    data: Path, split: dict[str, Any], out: Path, settings: FitSettings
) -> list[dict[str, Any]]:
    """Fit with all sources and without each, and answer for each; a run that broke off goes on."""
    names = class_names(data)
    files = {part: split["parts"][part] for part in ("fit", "validation", *MEASURED)}
    loaded = {p: load_slices(data, f, settings.size, cache=out / "cache") for p, f in files.items()}
    source = {part: source_of(data, f) for part, f in files.items()}

    def fitted(rows: NDArray[np.bool_], folder: str) -> TimmNetwork:
        kept = taken(loaded["fit"], rows)
        size = min(settings.batch_size, len(kept))
        return fit(
            replace(settings, batch_size=size), kept, loaded["validation"], names, out / folder
        )

    everything = fitted(np.ones(len(files["fit"]), dtype=bool), "source-none")
    rows = []
    for k, name in enumerate((FIGSHARE, GREY, COLOUR)):
        if not any((source[part] == name).any() for part in MEASURED):
            continue  # nothing of it to answer for
        without = fitted(source["fit"] != name, f"source-{k}")
        row: dict[str, Any] = {"name": name, "label": name}
        for title, network in (("left_out", without), ("seen", everything)):
            row[f"accuracy_{title}"] = accuracy(network, name, loaded, source, files, split)
        rows.append(row)
    return rows


def accuracy(
    network: TimmNetwork,
    name: str,
    loaded: dict[str, LabelledSlices],
    source: dict[str, NDArray[np.str_]],
    files: dict[str, list[str]],
    split: dict[str, Any],
) -> Figure:
    """Accuracy on one source's slices of the test parts."""
    hits, groups = [], []
    for part in MEASURED:
        rows = source[part] == name
        hits.append(right(network, taken(loaded[part], rows)))
        groups += [split["groups"][f] for f, kept in zip(files[part], rows, strict=True) if kept]
    return proportion(np.concatenate(hits), np.array(groups), seed=0)


def main() -> None:
    """Command line of the sources stage."""
    parser = command_line(__doc__, "data", "out", "seed")
    parser.add_argument("--epochs", type=int, default=SHORT.epochs)
    parser.add_argument("--size", type=int, default=SHORT.size)
    given = parser.parse_args()
    settings = replace(SHORT, epochs=given.epochs, size=given.size, seed=given.seed)
    split = read_record(given.out / SPLIT_FILE, "training.tumor.split")
    record = measure(given.data, split, given.out, settings)
    write_record(given.out / SOURCES_FILE, record)
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
