"""Audit a folder of classes: `python -m training.tumor.audit --data DATA --out OUT`.

Counts, sizes and modes; exact and near duplicates, and those with different labels; and a probe of
how well things that are not the tumor (mode, size, border, mean, sharpness) predict the class.
Writes `audit.json` and `audit.svg`. What leaks in a random split (`leak`) is measured here too, for
the evaluation: none of this needs a network.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import laplace
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GroupKFold, cross_val_predict
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from training.metrics import Figure as Measured
from training.metrics import proportion
from training.stages import command_line, write_record
from training.tumor.slices import IMAGES_FOLDER, class_names, list_files, targets_of
from training.tumor.split import (
    DUPLICATE_BITS,
    UNSEEN,
    close_pairs,
    distances_between,
    groups_of,
    hash_files,
    perceptual_hash,
)

AUDIT_FILE, PLOT_FILE = "audit.json", "audit.svg"
FOLDS = 5
CLUES = ("mode", "width", "height", "bytes", "border mean", "border spread", "mean", "spread",
         "sharpness", "black share")  # fmt: skip


@dataclass(frozen=True)
class Look:
    """What a picture shows without its content.

    Attributes:
        mode, size: of the file.
        pixels_sha256: of the decoded pixels, so that a copy under another name or format is found.
        hash: (32,) perceptual hash.
        clues: (10,) the values named in `CLUES`.
    """

    mode: str
    size: tuple[int, int]
    pixels_sha256: str
    hash: NDArray[np.uint8]
    clues: NDArray[np.float64]


def look_at(path: Path) -> Look:
    """Read one picture."""
    with Image.open(path) as picture:
        mode, size = picture.mode, picture.size
        grey = np.asarray(picture.convert("L"))
    pixels = grey.astype(np.float32) / np.float32(255)
    edges = (pixels[:4], pixels[-4:], pixels[:, :4], pixels[:, -4:])
    frame = np.concatenate([edge.ravel() for edge in edges])
    clues = [
        float(mode == "L"), *size, path.stat().st_size, frame.mean(), frame.std(), pixels.mean(),
        pixels.std(), laplace(pixels).std(), (pixels < 0.03).mean(),
    ]  # fmt: skip
    digest = hashlib.sha256(str(grey.shape).encode() + grey.tobytes()).hexdigest()
    return Look(mode, size, digest, perceptual_hash(pixels), np.array(clues, dtype=np.float64))


def audit(data: Path, *, duplicate_bits: int, seed: int) -> dict[str, Any]:
    """Audit a folder of classes; near-duplicates lie within `duplicate_bits` of 256 bits."""
    files, names = list_files(data), class_names(data)
    looks = [look_at(data / IMAGES_FOLDER / f) for f in tqdm(files, desc="looking", unit="slice")]
    classes = targets_of(files, names)
    pairs = list(close_pairs(np.stack([look.hash for look in looks]), duplicate_bits))
    groups = groups_of(len(files), pairs)
    return {
        "slices": len(files),
        "classes": {n: int((classes == k).sum()) for k, n in enumerate(names)},
        "sizes": dict(Counter(f"{look.size[0]}x{look.size[1]}" for look in looks).most_common(10)),
        "modes": {n: dict(Counter(looks[i].mode for i in np.flatnonzero(classes == k)))
                  for k, n in enumerate(names)},
        "duplicates": duplicates(looks, classes, pairs, groups, duplicate_bits),
        "probe": probe(np.stack([look.clues for look in looks]), classes, groups, seed),
    }  # fmt: skip


def duplicates(
    looks: list[Look],
    classes: NDArray[np.int64],
    pairs: list[tuple[int, int]],
    groups: NDArray[np.int64],
    bits: int,
) -> dict[str, int]:
    """How many slices are copies, exact or nearly, and how many copies disagree on the class."""
    exact = Counter(look.pixels_sha256 for look in looks)
    return {
        "exact_copies": sum(n - 1 for n in exact.values()),
        "near_duplicate_bits": bits,
        "near_duplicate_pairs": len(pairs),
        "slices_with_a_near_duplicate": len({k for pair in pairs for k in pair}),
        "groups": len(np.unique(groups)),
        "pairs_with_different_classes": sum(int(classes[a] != classes[b]) for a, b in pairs),
    }


def probe(
    clues: NDArray[np.float64], classes: NDArray[np.int64], groups: NDArray[np.int64], seed: int
) -> dict[str, Any]:
    """Cross-validated accuracy of a classifier that sees the clues alone, all and one by one."""

    def accuracy(columns: NDArray[np.float64]) -> Measured:
        model = HistGradientBoostingClassifier(max_iter=60, random_state=seed)
        folds = GroupKFold(FOLDS)
        with threadpool_limits(1):  # on a busy machine threads wait for each other, not work
            answers = cross_val_predict(model, columns, classes, groups=groups, cv=folds)
        return proportion(answers == classes, groups, seed=seed)

    one_by_one = tqdm(enumerate(CLUES), desc="probing clues", total=len(CLUES), unit="clue")
    return {
        "chance": round(float(np.bincount(classes).max() / len(classes)), 4),
        "all_clues": accuracy(clues),
        "by_clue": {name: accuracy(clues[:, [k]]) for k, name in one_by_one},
    }


def plot(record: dict[str, Any], path: Path) -> None:
    """How well each clue alone tells the class."""
    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.add_subplot()
    rows = {"all clues": record["probe"]["all_clues"], **record["probe"]["by_clue"]}
    values = [row["value"] for row in rows.values()]
    axes.barh(list(rows)[::-1], values[::-1], color="#0e7490")
    axes.axvline(record["probe"]["chance"], color="#98a2b3", linestyle="--")
    axes.set(xlabel="accuracy from the clue alone (dashed: largest class)", xlim=(0, 1))
    figure.savefig(path, metadata={"Date": None})


def leak(
    data: Path, split: dict[str, Any], labels: Sequence[str], seed: int
) -> dict[str, dict[str, Measured]]:
    """What leaks when slices are split at random, measured without any network.

    The answer of the nearest slice by perceptual hash knows nothing of tumors: it is right when it
    finds another picture of the same head. Its accuracy under a random split, under the split by
    near-duplicates and for unseen patients says how much of a score memory alone can earn.

    Returns:
        By way of splitting, the accuracy of the nearest slice, and the share of slices with a
        near-duplicate in the part that is fitted to.
    """
    files = list_files(data)
    hashes, classes = hash_files(data, files), targets_of(files, labels)
    part_of_file = {file: part for part, names in split["parts"].items() for file in names}
    ours = np.array([part_of_file[file] for file in files])
    groups = np.array([split["groups"][file] for file in files])
    shuffled = np.random.default_rng(seed).permutation(ours)  # the same sizes, no groups
    ways = {"random split": (shuffled, "test")}
    ways |= {
        f"split by groups, {part.replace('_', ' ')}": (ours, part) for part in ("test", UNSEEN)
    }
    figures = {}
    for name, (parts, part) in ways.items():
        asked, known = np.flatnonzero(parts == part), np.flatnonzero(parts == "fit")
        distances = distances_between(hashes[asked], hashes[known])
        right = classes[known[distances.argmin(axis=1)]] == classes[asked]
        copied = distances.min(axis=1) <= split["duplicate_bits"]
        figures[name] = {
            "nearest_slice_is_right": proportion(right, groups[asked], seed=seed),
            "near_duplicate_in_fit": proportion(copied, groups[asked], seed=seed),
        }
    return figures


def main() -> None:
    """Command line of the audit stage."""
    parser = command_line(__doc__, "data", "out", "seed")
    parser.add_argument("--duplicate-bits", type=int, default=DUPLICATE_BITS)
    given = parser.parse_args()
    record = audit(given.data, duplicate_bits=given.duplicate_bits, seed=given.seed)
    write_record(given.out / AUDIT_FILE, record)
    plot(record, given.out / PLOT_FILE)
    print(json.dumps({k: record[k] for k in ("classes", "duplicates", "probe")}, indent=1))


if __name__ == "__main__":
    main()
