"""Near-duplicates and patients stay together."""

import numpy as np
import pytest
from PIL import Image

from training.tumor.slices import list_files
from training.tumor.split import (
    SHARES,
    UNSEEN,
    assign,
    close_pairs,
    group,
    groups_of,
    hamming,
    perceptual_hash,
    split,
)


def picture(seed):
    rng = np.random.default_rng(seed)
    return np.kron(rng.random((8, 8)), np.ones((12, 12))).astype(np.float32)


def test_a_resized_and_recompressed_copy_has_nearly_the_same_hash(tmp_path):
    original = Image.fromarray(np.uint8(picture(0) * 255))
    original.resize((150, 150)).save(tmp_path / "copy.jpg", quality=50)
    copy = np.asarray(Image.open(tmp_path / "copy.jpg"), np.float32) / 255
    assert hamming(perceptual_hash(picture(0)), perceptual_hash(copy)) <= 16
    assert hamming(perceptual_hash(picture(0)), perceptual_hash(picture(1))) > 64


def test_close_pairs_finds_exactly_the_close_ones():
    hashes = np.zeros((4, 32), np.uint8)
    hashes[1, 0] = 0b111  # 3 bits from the first
    hashes[2] = 255
    hashes[3] = 255
    hashes[3, 0] = 254
    assert list(close_pairs(hashes, 2)) == [(2, 3)]
    assert list(close_pairs(hashes, 3)) == [(0, 1), (2, 3)]


def test_groups_are_connected_components():
    assert groups_of(6, iter([(4, 5), (0, 2), (2, 4)])).tolist() == [0, 1, 0, 3, 0, 0]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Two classes of 60 "patients", three near-identical neighbours each, plus planted copies."""
    root = tmp_path_factory.mktemp("data")
    for shift, name in ((0, "glioma"), (1000, "notumor")):
        folder = root / "training" / name
        folder.mkdir(parents=True)
        for patient in range(60):
            for k in range(3):
                noise = np.random.default_rng(patient * 7 + k).normal(0, 0.01, (96, 96))
                pixels = np.clip(picture(shift + patient) * 0.9 + noise, 0, 1)
                Image.fromarray(np.uint8(pixels * 255)).save(folder / f"{patient * 3 + k:04}.png")
    copy = Image.open(root / "training/glioma/0000.png")
    copy.save(root / "training/notumor/9999.png")
    return root


def test_no_group_lies_in_two_parts(data):
    result = split(data, seed=3)
    part_of = {file: part for part, files in result["parts"].items() for file in files}
    assert len(part_of) == len(list_files(data))
    for kind in ("groups", "patients"):
        parts = {}
        for file, key in result[kind].items():
            parts.setdefault(key, set()).add(part_of[file])
        mixed = [p for p in parts.values() if len(p) > 1]
        assert mixed == [] if kind == "groups" else all(UNSEEN not in p for p in mixed)


def test_a_copy_under_another_class_goes_where_the_original_goes(data):
    result = split(data, seed=0)
    assert result["groups"]["notumor/9999.png"] == result["groups"]["glioma/0000.png"]


def test_the_shares_are_kept_and_the_seed_repeats(data):
    first, again, other = (split(data, seed=s) for s in (0, 0, 1))
    assert first == again and first["sha256"] != other["sha256"]
    total = sum(len(files) for files in first["parts"].values())
    for part, share in SHARES.items():
        assert len(first["parts"][part]) / total == pytest.approx(share, abs=0.05)


def test_neighbours_of_another_class_are_not_one_patient():
    hashes = np.zeros((2, 32), np.uint8)
    hashes[1, :4] = 255  # 32 bits apart: neighbours, not duplicates
    assert len(set(group(["a/1", "a/2"], hashes, 16).patients)) == 1
    assert len(set(group(["a/1", "b/1"], hashes, 16).patients)) == 2


def test_a_single_group_is_never_torn():
    hashes = np.zeros((40, 32), np.uint8)
    files = [f"a/{k}" for k in range(40)]
    parts = assign(files, group(files, hashes, 16), seed=0)
    assert sorted(len(f) for f in parts.values()) == [0, 0, 0, 0, 40]
