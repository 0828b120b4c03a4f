"""Split the slices into parts: `python -m training.tumor.split --data DATA --out OUT`.

No near-duplicate lies in two parts. One part goes further: slices of one patient follow one another
in the numbering of the set and look alike, so `unseen_patients` holds whole runs of such slices,
and none of their neighbours is in any other part. What a network loses from `test` to
`unseen_patients` is what it owed to having seen the patient.

Near-duplicates share a perceptual hash: 256-bit pHash (Zauner 2010, "Implementation and
Benchmarking of Perceptual Image Hash Functions"), the 16x16 lowest frequencies of the cosine
transform of a 64x64 grey copy, each bit whether it lies over their median.

Writes `split.json`: the files of each part, the group of each file, and hashes of both.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dctn
from tqdm import tqdm

from training.stages import command_line, write_record
from training.tumor.slices import IMAGES_FOLDER, FloatImage, class_of, list_files, read_grey

SIDE, LOW = 64, 16
BLOCK = 512  # rows compared at once, to bound memory
DUPLICATE_BITS = 16  # of 256: the same picture, resized, recompressed or slightly cropped
NEIGHBOUR_BITS = 64  # of 256: the next slice of one head; of two heads 95 % differ in 94 or more
UNSEEN = "unseen_patients"
SHARES = {"fit": 0.68, "validation": 0.05, "calibration": 0.09, "test": 0.10, UNSEEN: 0.08}
SPLIT_FILE = "split.json"


@dataclass(frozen=True)
class Grouping:
    """Which slices belong together.

    Attributes:
        duplicates: (N,) group of near-duplicates of each slice.
        patients: (N,) group of near-duplicates and of look-alike neighbours in the numbering.
    """

    duplicates: NDArray[np.int64]
    patients: NDArray[np.int64]


def perceptual_hash(pixels: FloatImage) -> NDArray[np.uint8]:
    """256 bits of a picture (H, W) in 0..1, packed into (32,) uint8."""
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    small = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BILINEAR), dtype=np.float64)
    low = dctn(small, norm="ortho")[:LOW, :LOW].ravel()
    return np.packbits(low > np.median(low[1:]))


def close_pairs(hashes: NDArray[np.uint8], bits: int) -> Iterator[tuple[int, int]]:
    """Pairs of (N, 32) hashes that differ in at most `bits` bits, the smaller index first."""
    for start in range(0, len(hashes), BLOCK):
        distances = distances_between(hashes[start : start + BLOCK], hashes)
        for row, column in np.argwhere(distances <= bits):
            if start + row < column:
                yield int(start + row), int(column)


def distances_between(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, M) numbers of differing bits between N and M packed hashes.

    Of bits, |a - b| = a + b - 2ab, so that all pairs cost one product of matrices. The sums are
    whole numbers far below 2**24, which float32 holds exactly.
    """
    a, b = (np.unpackbits(hashes, axis=1).astype(np.float32) for hashes in (first, second))
    return a.sum(axis=1)[:, None] + b.sum(axis=1)[None] - 2 * a @ b.T


def groups_of(count: int, pairs: Iterable[tuple[int, int]]) -> NDArray[np.int64]:
    """For each of `count` nodes the smallest in its connected component of the graph of pairs."""
    parent = list(range(count))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for a, b in pairs:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return np.array([root(node) for node in range(count)])


def hamming(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> int:
    """Number of differing bits of two packed hashes."""
    return int(np.unpackbits(first ^ second).sum())


def hash_files(data: Path, files: list[str]) -> NDArray[np.uint8]:
    """(N, 32) perceptual hashes."""
    root = data / IMAGES_FOLDER
    shown = tqdm(files, desc="hashing slices", unit="slice")
    return np.stack([perceptual_hash(read_grey(root / file)) for file in shown])


def group(files: list[str], hashes: NDArray[np.uint8], duplicate_bits: int) -> Grouping:
    """Near-duplicates by hash, patients by hash and numbering."""
    count = len(files)
    duplicates = list(close_pairs(hashes, duplicate_bits))
    return Grouping(
        groups_of(count, duplicates),
        groups_of(count, chain(duplicates, neighbours(files, hashes))),
    )


def neighbours(files: list[str], hashes: NDArray[np.uint8]) -> Iterator[tuple[int, int]]:
    """Slices that follow one another in their class and look like one head."""
    for first in range(len(files) - 1):
        same_class = class_of(files[first]) == class_of(files[first + 1])
        if same_class and hamming(hashes[first], hashes[first + 1]) <= NEIGHBOUR_BITS:
            yield first, first + 1


def assign(files: list[str], grouping: Grouping, seed: int) -> dict[str, list[str]]:
    """Deal whole groups into parts, class by class, until each has its share; files are sorted."""
    rng = np.random.default_rng(seed)
    totals = Counter(class_of(file) for file in files)
    unseen = {UNSEEN: SHARES[UNSEEN]}
    part_of = dict(_deal(files, grouping.patients, range(len(files)), unseen, totals, rng))
    rest = [k for k in range(len(files)) if k not in part_of]
    others = {part: share for part, share in SHARES.items() if part != UNSEEN}
    part_of |= _deal(files, grouping.duplicates, rest, others, totals, rng)
    return {part: sorted(f for k, f in enumerate(files) if part_of[k] == part) for part in SHARES}


def _deal(
    files: list[str],
    groups: NDArray[np.int64],
    members: Iterable[int],
    shares: dict[str, float],
    totals: Counter[str],
    rng: np.random.Generator,
) -> Iterator[tuple[int, str]]:
    """Each member with its part; when a single part is dealt, what it does not need is left."""
    by_group: dict[int, list[int]] = defaultdict(list)
    for index in members:
        by_group[int(groups[index])].append(index)
    got: dict[tuple[str, str], int] = defaultdict(int)
    keys = sorted(by_group)
    for key in (keys[k] for k in rng.permutation(len(keys))):
        name = class_of(files[by_group[key][0]])
        wanting = {p: s * totals[name] - got[p, name] for p, s in shares.items()}
        part = max(wanting, key=lambda p: wanting[p] / shares[p])
        if wanting[part] <= 0 and len(shares) == 1:
            continue
        got[part, name] += len(by_group[key])
        yield from ((index, part) for index in by_group[key])


def digest(lines: list[str]) -> str:
    """sha256 of lines."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def data_digest(data: Path, files: list[str]) -> str:
    """sha256 over the names and bytes of all slices."""
    root = data / IMAGES_FOLDER
    return digest([f"{f} {hashlib.sha256((root / f).read_bytes()).hexdigest()}" for f in files])


def split(data: Path, *, seed: int, duplicate_bits: int = DUPLICATE_BITS) -> dict[str, Any]:
    """Split a folder of classes; near-duplicates lie within `duplicate_bits` of 256 bits."""
    files = list_files(data)
    grouping = group(files, hash_files(data, files), duplicate_bits)
    parts = assign(files, grouping, seed)
    return {
        "seed": seed,
        "duplicate_bits": duplicate_bits,
        "neighbour_bits": NEIGHBOUR_BITS,
        "parts": parts,
        "groups": dict(zip(files, grouping.duplicates.tolist(), strict=True)),
        "patients": dict(zip(files, grouping.patients.tolist(), strict=True)),
        "sha256": digest([f"{part} {file}" for part in parts for file in parts[part]]),
        "data_sha256": data_digest(data, files),
    }


def main() -> None:
    """Command line of the split stage."""
    parser = command_line(__doc__, "data", "out", "seed")
    parser.add_argument("--duplicate-bits", type=int, default=DUPLICATE_BITS)
    given = parser.parse_args()
    record = split(given.data, seed=given.seed, duplicate_bits=given.duplicate_bits)
    write_record(given.out / SPLIT_FILE, record)
    for part, files in record["parts"].items():
        print(f"{part}: {len(files)} slices")


if __name__ == "__main__":
    main()
