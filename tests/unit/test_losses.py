"""The loss on where the class map lies, against numbers worked out by hand."""

import math

import pytest
import torch

from training.tumor.network import box_loss


def maps_with(values):
    maps = torch.zeros(1, 2, 4, 4)
    for (k, y, x), value in values.items():
        maps[0, k, y, x] = value
    return maps


MASK = torch.zeros(1, 1, 8, 8)
MASK[0, 0, :2, :2] = 1  # exactly the first cell


def lit(value):
    return math.log(1 + math.exp(4 * value)) / 4 + 0.1


def test_a_map_inside_and_outside_by_hand():
    maps = maps_with({(1, 0, 0): 1.0, (1, 3, 3): 2.0, (0, 2, 2): 9.0, (1, 1, 1): -5.0})
    loss = box_loss(maps, MASK, torch.tensor([1]))
    whole = lit(1) + lit(2) + lit(-5) + 13 * lit(0)
    assert loss.item() == pytest.approx(-math.log(lit(1) / whole), rel=1e-5)


def test_a_strong_map_wholly_inside_costs_next_to_nothing():
    loss = box_loss(maps_with({(0, 0, 0): 1000.0}), MASK, torch.tensor([0]))
    assert loss.item() < 0.01


def test_a_map_that_is_negative_everywhere_is_no_way_out():
    maps = maps_with({(0, y, x): -1.0 for y in range(4) for x in range(4)}).requires_grad_()
    loss = box_loss(maps, MASK, torch.tensor([0]))
    loss.backward()
    assert loss.item() == pytest.approx(math.log(16))
    assert maps.grad[0, 0, 0, 0] < -0.1


def test_a_cell_half_covered_counts_as_inside():
    half = torch.zeros(1, 1, 8, 8)
    half[0, 0, :2, :1] = 1
    maps = maps_with({(0, 0, 0): 5.0})
    assert box_loss(maps, half, torch.tensor([0])) == box_loss(maps, MASK, torch.tensor([0]))


def test_without_boxes_the_loss_is_zero_and_still_differentiable():
    maps = maps_with({(0, 1, 1): 1.0}).requires_grad_()
    loss = box_loss(maps, torch.zeros_like(MASK), torch.tensor([0]))
    loss.backward()
    assert loss.item() == 0
    assert maps.grad is not None


def test_the_gradient_moves_the_map_into_the_box():
    maps = maps_with({(0, 0, 0): 1.0, (0, 3, 3): 1.0}).requires_grad_()
    box_loss(maps, MASK, torch.tensor([0])).backward()
    assert maps.grad[0, 0, 0, 0] < 0 < maps.grad[0, 0, 3, 3]
