"""Slices of other hospitals: dealt by patient, and the test that covers the tumor."""

from pathlib import Path

import numpy as np
import pytest

from training.tumor.elsewhere import foreign_slices, groups_of_patients, half_of
from training.tumor.erasure import by_mirror, covered, overlap

SIZE = 96
TABLE = """file,source,label,patient,view,x_center,y_center,width,height
a.jpg,rsna,glioma,97,axial,0.7,0.6,0.1,0.2
b.jpg,rsna,glioma,97,coronal,0.3,0.4,0.1,0.1
c.png,ms_raw,notumor,19,study1_FLAIR,,,,
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "elsewhere.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


def test_a_row_becomes_a_slice(data: Path):
    first, second, third = foreign_slices(data)
    assert (first.source, first.label, first.patient) == ("rsna", "glioma", "rsna/97")
    assert first.sequence == "T1 with contrast, axial"
    assert first.box is not None and first.box.left == pytest.approx(0.65)
    assert second.patient == first.patient and second.half == first.half
    assert (third.sequence, third.box) == ("FLAIR", None)


def test_each_patient_is_in_one_half_and_both_halves_are_the_whole(data: Path):
    halves = [
        [each.path for each in foreign_slices(data, half)] for half in ("choosing", "held_out")
    ]
    assert sorted(halves[0] + halves[1]) == sorted(each.path for each in foreign_slices(data))


def test_the_deal_is_even_and_does_not_change():
    halves = [half_of(f"rsna/{k}") for k in range(400)]
    assert 160 < halves.count("choosing") < 240
    assert halves == [half_of(f"rsna/{k}") for k in range(400)]


def test_without_the_folder_there_are_no_slices(tmp_path: Path):
    assert list(foreign_slices(tmp_path)) == []


def test_slices_of_a_patient_are_one_group(data: Path):
    groups = groups_of_patients(list(foreign_slices(data)))
    assert groups[0] == groups[1] != groups[2]


def symmetric_slice() -> tuple[np.ndarray, np.ndarray]:
    """A symmetric disc with a bright tumor on one side, and its box."""
    y, x = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    plane = (np.hypot(y, x) < 0.9) * (0.5 + 0.2 * np.cos(6 * y)).astype(np.float32)
    plane[np.hypot(y - 0.1, x - 0.45) < 0.12] = 1
    return plane.astype(np.float32), np.array([0.66, 0.48, 0.79, 0.62], np.float32)


def test_the_tumor_is_covered_and_the_other_place_is_not_the_tumor():
    pixels, box = symmetric_slice()
    found = covered(pixels, box, seed=0)
    assert found is not None
    assert pixels.max() == 1 and found.tumor.max() < 0.8
    assert found.elsewhere.max() == 1
    assert np.abs(found.elsewhere - pixels).max() < 0.5


def test_covering_shows_the_opposite_side():
    pixels, box = symmetric_slice()
    shown = by_mirror(pixels, box, np.random.default_rng(0))
    row, column = int(0.55 * SIZE), int(0.725 * SIZE)
    assert shown[row, column] == pytest.approx(pixels[row, SIZE - 1 - column])


@pytest.mark.parametrize(
    "box", [(0.4, 0.4, 0.6, 0.6), (np.nan,) * 4], ids=["on the midline", "no box"]
)
def test_what_cannot_be_covered_is_left_out(box):
    assert covered(symmetric_slice()[0], np.array(box, np.float32), seed=0) is None


def test_an_asymmetric_slice_is_left_out():
    pixels = np.random.default_rng(0).random((SIZE, SIZE)).astype(np.float32)
    assert covered(pixels, np.array([0.6, 0.4, 0.8, 0.6], np.float32), seed=0) is None


def test_boxes_overlap_where_they_share_a_place():
    one = np.array([0.1, 0.1, 0.4, 0.4], np.float32)
    assert overlap(one, np.array([0.3, 0.3, 0.6, 0.6], np.float32))
    assert not overlap(one, np.array([0.5, 0.1, 0.6, 0.4], np.float32))
