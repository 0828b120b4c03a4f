"""The labelled slices: files and their classes, experts' boxes, and framed squares in memory."""

import csv
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from shared.slices.decode import read_slice
from shared.slices.framing import Window, prepare

FloatImage = NDArray[np.float32]
BOXES_FILE = "training_boxes.csv"
IMAGES_FOLDER = "training"


@dataclass(frozen=True)
class Box:
    """An expert's box around a tumor, as fractions of width and height (0..1)."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class LabelledSlices:
    """Framed slices with class and box.

    Attributes:
        pixels: (N, S, S) uint8, as `shared.slices.framing.prepare` gives them.
        targets: (N,) int64, index of the class.
        boxes: (N, 4) float32: left, top, right, bottom as fractions of the framed square; NaN
            without a box.
    """

    pixels: NDArray[np.uint8]
    targets: NDArray[np.int64]
    boxes: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def boxed(self) -> NDArray[np.bool_]:
        """(N,) whether a slice has a box."""
        return ~np.isnan(self.boxes[:, 0])


def class_names(data: Path) -> tuple[str, ...]:
    """The class folders under `data/training`, in the order of the logits: alphabetical."""
    names = tuple(sorted(p.name for p in (data / IMAGES_FOLDER).iterdir() if p.is_dir()))
    if not names:
        raise FileNotFoundError(
            f"No class folders under {data / IMAGES_FOLDER}. Point --data at the data."
        )
    return names


def read_boxes(table: Path) -> dict[str, Box]:
    """Experts' boxes by file, from a table of x_center, y_center, width, height as fractions."""
    if not table.exists():
        return {}
    with table.open(newline="", encoding="utf-8") as lines:
        return {row["file"]: box_of_row(row) for row in csv.DictReader(lines)}


def read_labels(table: Path) -> dict[str, str]:
    """The class of each file of a table of boxes."""
    with table.open(newline="", encoding="utf-8") as lines:
        return {row["file"]: row["label"] for row in csv.DictReader(lines)}


def box_of_row(row: dict[str, str]) -> Box:
    """The box of a row with x_center, y_center, width and height as fractions."""
    x, y = float(row["x_center"]), float(row["y_center"])
    half_width, half_height = float(row["width"]) / 2, float(row["height"]) / 2
    return Box(x - half_width, y - half_height, x + half_width, y + half_height)


def list_files(data: Path) -> list[str]:
    """All slices as "<class>/<file>", sorted."""
    root = data / IMAGES_FOLDER
    return [
        f"{name}/{path.name}"
        for name in class_names(data)
        for path in sorted((root / name).iterdir())
        if path.suffix.lower() in {".jpg", ".jpeg", ".png"}
    ]


def class_of(file: str) -> str:
    """The class of a "<class>/<file>"."""
    return file.split("/")[0]


def targets_of(files: Sequence[str], labels: Sequence[str]) -> NDArray[np.int64]:
    """(N,) index of the true class of each "<class>/<file>"."""
    return np.array([labels.index(class_of(file)) for file in files], dtype=np.int64)


def read_grey(path: Path) -> FloatImage:
    """A picture file as (H, W) float32 in 0..1, one channel."""
    with Image.open(path) as picture:
        return np.asarray(picture.convert("L"), dtype=np.float32) / np.float32(255)


def read_all(data: Path, files: Sequence[str], title: str) -> Iterator[FloatImage]:
    """The slices of a part, as the Space reads them, with progress."""
    for file in tqdm(files, desc=title, unit="slice"):
        yield read_slice(data / IMAGES_FOLDER / file).pixels


def in_chunks(slices: Iterable[FloatImage], size: int) -> Iterator[list[FloatImage]]:
    """Slices in lists of at most `size`."""
    source = iter(slices)
    while chunk := list(islice(source, size)):
        yield chunk


def into_window(
    box: Box, window: Window, shape: tuple[int, int]
) -> tuple[float, float, float, float]:
    """A box of a slice of (H, W) `shape`, as fractions of the framed square."""
    height, width = shape
    return (
        (box.left * width - window.left) / window.side,
        (box.top * height - window.top) / window.side,
        (box.right * width - window.left) / window.side,
        (box.bottom * height - window.top) / window.side,
    )


def load_slices(data: Path, files: Sequence[str], size: int, *, cache: Path) -> LabelledSlices:
    """Read slices and frame them to `size` px, or take them from the cache of an earlier run."""
    key = hashlib.sha256("\n".join([str(size), *files]).encode()).hexdigest()[:16]
    stored = cache / f"slices-{key}.npz"
    if not stored.exists():
        cache.mkdir(parents=True, exist_ok=True)
        framed = _frame_all(data, files, size)
        np.savez(stored, pixels=framed.pixels, targets=framed.targets, boxes=framed.boxes)
    with np.load(stored) as arrays:
        return LabelledSlices(arrays["pixels"], arrays["targets"], arrays["boxes"])


def _frame_all(data: Path, files: Sequence[str], size: int) -> LabelledSlices:
    names, boxes = class_names(data), read_boxes(data / BOXES_FILE)
    pixels = np.empty((len(files), size, size), dtype=np.uint8)
    fractions = np.full((len(files), 4), np.nan, dtype=np.float32)
    for k, file in enumerate(tqdm(files, desc="framing slices", unit="slice")):
        grey = read_grey(data / IMAGES_FOLDER / file)
        prepared = prepare(grey, size)
        pixels[k] = np.rint(prepared.pixels * 255)
        if file in boxes:
            fractions[k] = into_window(boxes[file], prepared.window, grey.shape)
    return LabelledSlices(pixels, targets_of(files, names), fractions)
