"""Tumors pasted and erased: the class follows the tissue, not the style."""

import numpy as np
import pytest

from training.tumor.synthesis import (
    NO_BOX,
    Sample,
    box_slices,
    erase,
    healthy_patch,
    mirrored_box,
    paste,
)

HEALTHY, TUMOR = 0, 1
BOX = np.array([0.2, 0.3, 0.35, 0.45], np.float32)


def symmetric_head(size=96):
    """A head with texture that is its own mirror image."""
    rng = np.random.default_rng(0)
    half = 0.4 + 0.2 * np.kron(rng.random((12, 6)), np.ones((8, 8)))
    return np.concatenate([half, half[:, ::-1]], axis=1).astype(np.float32)


def with_tumor():
    pixels = symmetric_head()
    pixels[box_slices(BOX, 96)] += 0.25
    return Sample(pixels, TUMOR, BOX)


def test_erasing_leaves_the_mirrored_tissue_and_the_healthy_class():
    erased = erase(with_tumor(), HEALTHY, np.random.default_rng(0))
    assert erased is not None and erased.target == HEALTHY and np.isnan(erased.box).all()
    middle = np.s_[34:38, 24:28]
    np.testing.assert_allclose(erased.pixels[middle], symmetric_head()[middle], atol=1e-6)


def test_a_tumor_on_the_midline_cannot_be_erased():
    middle = Sample(symmetric_head(), TUMOR, np.array([0.4, 0.3, 0.6, 0.5], np.float32))
    assert erase(middle, HEALTHY, np.random.default_rng(0)) is None


def test_an_asymmetric_slice_cannot_be_erased():
    noise = np.random.default_rng(1).random((96, 96)).astype(np.float32)
    assert erase(Sample(noise, TUMOR, BOX), HEALTHY, np.random.default_rng(0)) is None


@pytest.mark.parametrize("seed", range(5))
def test_pasting_gives_the_host_the_tumor_its_class_and_its_box(seed):
    host = Sample(symmetric_head(), HEALTHY, NO_BOX)
    mixed = paste(host, with_tumor(), np.random.default_rng(seed))
    assert mixed is not None and mixed.target == TUMOR
    assert (mixed.box >= -1e-6).all() and (mixed.box <= 1 + 1e-6).all()
    inside = np.zeros((96, 96), bool)
    inside[box_slices(mixed.box, 96)] = True
    change = np.abs(mixed.pixels - host.pixels)
    assert change[inside].mean() > 10 * change[~inside].mean()


def test_nothing_is_pasted_into_air():
    black = Sample(np.zeros((96, 96), np.float32), HEALTHY, NO_BOX)
    assert paste(black, with_tumor(), np.random.default_rng(0)) is None


def test_a_control_patch_has_the_size_of_a_tumor():
    patch = healthy_patch(Sample(symmetric_head(), HEALTHY, NO_BOX), BOX, np.random.default_rng(0))
    assert patch is not None
    np.testing.assert_allclose(patch.box[2:] - patch.box[:2], [0.15, 0.15], atol=1e-6)


def test_the_mirror_of_a_box_is_its_own_mirror():
    np.testing.assert_allclose(mirrored_box(mirrored_box(BOX)), BOX, atol=1e-7)
