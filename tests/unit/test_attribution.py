"""Integrated Gradients and Occlusion, in steps."""

from __future__ import annotations

import bundled
import numpy as np
import pytest
import torch
from captum.attr import IntegratedGradients, Occlusion

from shared.errors import InputError
from shared.slices.framing import to_input
from shared.tumor.attribution import BLACK, STRIDE_SHARE, WINDOW_SHARE
from shared.tumor.head import load_head
from shared.tumor.heatmap import Heatmap
from shared.tumor.methods import explain_in_steps, finished

SLICE = (bundled.predictor(), bundled.answer())


def pixels() -> torch.Tensor:
    return torch.from_numpy(to_input(bundled.answer().prepared.pixels))


def result(method: str) -> tuple[list[float], Heatmap]:
    """All shares that were yielded for meningioma, and the map."""
    steps = explain_in_steps(
        bundled.predictor(), bundled.answer(), target="meningioma", method=method
    )
    shares: list[float] = []
    while True:
        try:
            shares.append(next(steps))
        except StopIteration as end:
            return shares, end.value


@pytest.fixture(scope="module")
def integrated() -> tuple[list[float], Heatmap]:
    return result("integrated_gradients")


@pytest.fixture(scope="module")
def occluded() -> tuple[list[float], Heatmap]:
    return result("occlusion")


@pytest.mark.parametrize("which", ["integrated", "occluded"])
def test_progress_rises_from_zero(which: str, request: pytest.FixtureRequest) -> None:
    shares, _ = request.getfixturevalue(which)
    assert shares[0] == 0
    assert shares == sorted(set(shares))
    assert shares[-1] < 1


def test_integrated_gradients_add_up_to_the_difference_of_the_logits(
    integrated: tuple[list[float], Heatmap],
) -> None:
    network = load_head(bundled.predictor().folder).network
    with torch.inference_mode():
        end, start = network(pixels()), network(torch.full_like(pixels(), BLACK))
    meningioma = bundled.predictor().labels.index("meningioma")
    difference = float(end[0, meningioma] - start[0, meningioma])
    _, heatmap = integrated
    assert heatmap.gap is not None
    assert heatmap.values.sum() == pytest.approx(difference, abs=heatmap.gap + 1e-3)
    assert heatmap.gap < 0.1 * abs(difference)


def test_integrated_gradients_agree_with_captum_in_one_piece(
    integrated: tuple[list[float], Heatmap],
) -> None:
    network = load_head(bundled.predictor().folder).network
    meningioma = bundled.predictor().labels.index("meningioma")
    whole = IntegratedGradients(network).attribute(
        pixels(), BLACK, target=meningioma, n_steps=150, internal_batch_size=10
    )
    reference = whole.sum(dim=(0, 1)).detach().numpy()
    assert np.corrcoef(reference.ravel(), integrated[1].values.ravel())[0, 1] > 0.8


def test_occlusion_agrees_with_captum_on_the_whole_square(
    occluded: tuple[list[float], Heatmap],
) -> None:
    predictor = bundled.predictor()
    network = load_head(predictor.folder).network
    window, stride = (round(predictor.size * s) for s in (WINDOW_SHARE, STRIDE_SHARE))
    whole = Occlusion(network).attribute(
        pixels(),
        (3, window, window),
        strides=(3, stride, stride),
        baselines=BLACK,
        target=predictor.labels.index("meningioma"),
        perturbations_per_eval=16,
    )
    rim = window  # bands end at the rim where Captum's squares are cut off
    inner = np.s_[rim:-rim, rim:-rim]
    reference = whole[0, 0].detach().numpy()[inner]
    assert np.corrcoef(reference.ravel(), occluded[1].values[inner].ravel())[0, 1] > 0.98


def test_closing_ends_the_work() -> None:
    steps = explain_in_steps(bundled.predictor(), bundled.answer(), method="occlusion")
    next(steps)
    steps.close()
    with pytest.raises(StopIteration):
        next(steps)


def test_a_layer_goes_only_with_gradcam() -> None:
    with pytest.raises(InputError, match="'stage 2'.*Leave the layer out"):
        finished(explain_in_steps(*SLICE, method="occlusion", layer="stage 2"))


def test_an_unknown_method_is_named() -> None:
    with pytest.raises(InputError, match="'lime'.*'occlusion'"):
        finished(explain_in_steps(*SLICE, method="lime"))
