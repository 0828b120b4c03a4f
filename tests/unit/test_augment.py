"""Augmentation moves the box with the picture, stays in range and repeats."""

import pytest
import torch

from training.tumor.augment import augment, blacken_border, degrade, recolour, reframe


def drawn(seed):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def disc():
    """A bright disc, off centre, and a mask that is the disc."""
    line = torch.linspace(-1, 1, 96)
    inside = (torch.hypot(line.view(1, -1) - 0.3, line.view(-1, 1) + 0.2) < 0.25).float()
    return inside.expand(16, 1, 96, 96).contiguous()


def test_the_mask_moves_with_the_pixels(disc):
    pixels, masks = reframe(disc, disc.clone(), 64, drawn(0))
    assert pixels.shape == (16, 1, 64, 64)
    torch.testing.assert_close(pixels, masks)
    centres = [m[0].nonzero().float().mean(0) for m in masks]
    assert torch.stack(centres).std(0).min() > 3  # the views differ


def test_a_view_stays_in_range_and_repeats_with_its_seed(disc):
    first, _ = augment(disc, disc, 64, drawn(1))
    again, _ = augment(disc, disc, 64, drawn(1))
    other, _ = augment(disc, disc, 64, drawn(2))
    assert first.min() >= 0 and first.max() <= 1
    torch.testing.assert_close(first, again)
    assert not torch.equal(first, other)


def test_the_curve_of_intensities_keeps_their_order():
    ramp = torch.linspace(0.02, 0.98, 64).expand(8, 1, 64, 64)
    middle = recolour(ramp, drawn(3))[:, 0, 32]
    rising = (middle[:, 8:] - middle[:, :-8] >= -1e-3).float().mean()
    assert rising > 0.97  # but for the smooth field of sensitivity


def test_degrading_changes_details_and_keeps_the_picture(disc):
    worse = degrade(disc, drawn(4))
    assert 0 < (worse - disc).abs().mean() < 0.1


def test_bars_are_black_and_leave_the_middle_alone():
    white = torch.ones(64, 1, 50, 50)
    barred = blacken_border(white, drawn(5))
    assert barred[:, :, 10:40, 10:40].min() == 1
    assert 0 < (barred == 0).any(dim=(1, 2, 3)).float().mean() < 0.5
