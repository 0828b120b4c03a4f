"""Split the slices into parts: `python -m training.tumor.split --data DATA --out OUT`.

No near-duplicate lies in two parts. One part goes further: slices of one patient follow one another
in the numbering of the set and look alike, so `unseen_patients` holds whole runs of such slices,
and none of their neighbours is in any other part. What a network loses from `test` to
`unseen_patients` is what it owed to having seen the patient.

Writes `split.json`: the files of each part, the group of each file, and hashes of both.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from training.tumor.hashing import close_pairs, groups_of, hamming, perceptual_hash
from training.tumor.slices import IMAGES_FOLDER, class_names, read_grey

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


def list_files(data: Path) -> list[str]:
    """All slices as "<class>/<file>", sorted."""
    root = data / IMAGES_FOLDER
    return [
        f"{name}/{path.name}"
        for name in class_names(data)
        for path in sorted((root / name).iterdir())
        if path.suffix.lower() in {".jpg", ".jpeg", ".png"}
    ]


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
        groups_of(count, iter(duplicates)),
        groups_of(count, chain(duplicates, neighbours(files, hashes))),
    )


def neighbours(files: list[str], hashes: NDArray[np.uint8]) -> Iterator[tuple[int, int]]:
    """Slices that follow one another in their class and look like one head."""
    for first in range(len(files) - 1):
        same_class = files[first].split("/")[0] == files[first + 1].split("/")[0]
        if same_class and hamming(hashes[first], hashes[first + 1]) <= NEIGHBOUR_BITS:
            yield first, first + 1


def assign(files: list[str], grouping: Grouping, seed: int) -> dict[str, list[str]]:
    """Deal whole groups into parts, class by class, until each part has its share.

    Args:
        files: "<class>/<file>" each.
        grouping: groups of near-duplicates and of patients.
        seed: fixes the deal.

    Returns:
        The files of each part, sorted.
    """
    rng = np.random.default_rng(seed)
    totals: dict[str, int] = defaultdict(int)
    for file in files:
        totals[file.split("/")[0]] += 1
    part_of: dict[int, str] = {}
    for index in _deal(
        files, grouping.patients, range(len(files)), {UNSEEN: SHARES[UNSEEN]}, totals, rng
    ):
        part_of[index[0]] = index[1]
    rest = [k for k in range(len(files)) if k not in part_of]
    others = {part: share for part, share in SHARES.items() if part != UNSEEN}
    for index in _deal(files, grouping.duplicates, rest, others, totals, rng):
        part_of[index[0]] = index[1]
    return {part: sorted(f for k, f in enumerate(files) if part_of[k] == part) for part in SHARES}


def _deal(
    files: list[str],
    groups: NDArray[np.int64],
    members: Iterator[int] | range | list[int],
    shares: dict[str, float],
    totals: dict[str, int],
    rng: np.random.Generator,
) -> Iterator[tuple[int, str]]:
    """Each member with its part; when a single part is dealt, what it does not need is left."""
    by_group: dict[int, list[int]] = defaultdict(list)
    for index in members:
        by_group[int(groups[index])].append(index)
    got: dict[tuple[str, str], int] = defaultdict(int)
    keys = sorted(by_group)
    for key in (keys[k] for k in rng.permutation(len(keys))):
        name = files[by_group[key][0]].split("/")[0]
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


def split(data: Path, *, seed: int, duplicate_bits: int = DUPLICATE_BITS) -> dict[str, object]:
    """Split a folder of classes; see the module for what the parts mean.

    Args:
        data: folder with `training/<class>/<file>`.
        seed: fixes which groups go where.
        duplicate_bits: bits of 256 within which two slices count as near-duplicates.
    """
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--duplicate-bits", type=int, default=DUPLICATE_BITS)
    arguments = parser.parse_args()
    result = split(arguments.data, seed=arguments.seed, duplicate_bits=arguments.duplicate_bits)
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / SPLIT_FILE).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for part, files in result["parts"].items():  # type: ignore[attr-defined]
        print(f"{part}: {len(files)} slices")


if __name__ == "__main__":
    main()
