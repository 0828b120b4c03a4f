"""The audit finds what was planted: copies, mislabelled ones, a clue that gives classes away."""

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from training.tumor.audit import audit


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    for bright, name in ((80, "glioma"), (160, "notumor")):
        folder = root / "training" / name
        folder.mkdir(parents=True)
        for k in range(30):
            pixels = gaussian_filter(rng.normal(0, 200, (64, 64)), 1.5) + bright
            mode = "L" if name == "glioma" else "RGB"
            picture = Image.fromarray(np.uint8(pixels.clip(0, 255))).convert(mode)
            picture.save(folder / f"{k:02}.png")
    first = Image.open(root / "training/glioma/00.png")
    first.save(root / "training/glioma/98.bmp")  # another format is not looked at
    first.save(root / "training/glioma/99.png")
    first.resize((80, 80)).save(root / "training/notumor/99.jpg", quality=60)
    return audit(root, duplicate_bits=16, seed=0)


def test_counts_modes_and_sizes(audited):
    assert audited["classes"] == {"glioma": 31, "notumor": 31}
    assert audited["modes"]["glioma"] == {"L": 31}
    assert audited["modes"]["notumor"] == {"RGB": 30, "L": 1}
    assert audited["sizes"] == {"64x64": 61, "80x80": 1}


def test_copies_are_found_and_those_that_disagree(audited):
    copies = audited["duplicates"]
    assert copies["exact_copies"] == 1
    assert copies["slices_with_a_near_duplicate"] == 3
    assert copies["pairs_with_different_classes"] == 2
    assert copies["groups"] == 60


def test_the_probe_sees_the_clue(audited):
    probe = audited["probe"]
    for figure in (probe["by_clue"]["border mean"], probe["all_clues"]):
        assert figure["value"] > 0.85
        assert figure["low"] <= figure["value"] <= figure["high"]
        assert figure["n"] == 62
    assert audited["probe"]["chance"] == pytest.approx(0.5)
