"""Grad-CAM from the answer's own feature map equals Captum on the whole network."""

from __future__ import annotations

from dataclasses import replace

import bundled
import numpy as np
import pytest
import torch
from captum.attr import LayerGradCam

from shared.errors import InputError
from shared.slices.framing import to_input
from shared.tumor.gradcam import grad_cam, layers
from shared.tumor.head import channel_weights, load_head
from shared.tumor.heatmap import LAST
from shared.tumor.predictor import Predictor


def captum_map(predictor: Predictor, module: str, target: str) -> np.ndarray:
    """Captum on the whole PyTorch network, with nothing of ours but the pixels."""
    network = load_head(predictor.folder).network
    pixels = torch.from_numpy(to_input(bundled.answer().prepared.pixels))
    method = LayerGradCam(network, network.get_submodule(module))
    index = predictor.labels.index(target)
    return method.attribute(pixels, target=index, relu_attributions=False)[0, 0].detach().numpy()


@pytest.mark.parametrize("target", bundled.predictor().labels)
def test_the_last_layer_equals_captum_on_the_whole_network(target: str) -> None:
    heatmap = grad_cam(bundled.predictor(), bundled.answer(), target=target)
    whole = captum_map(bundled.predictor(), "bn2", target)
    np.testing.assert_allclose(heatmap.values, whole, atol=1e-4)
    assert np.abs(whole).max() > 1e-3


@pytest.mark.parametrize("layer", layers(bundled.predictor())[1:])
def test_earlier_layers_equal_captum(layer: str) -> None:
    predictor, answer = bundled.predictor(), bundled.answer()
    heatmap = grad_cam(predictor, answer, layer=layer)
    module = dict(predictor.decision.layers)[layer]
    np.testing.assert_allclose(
        heatmap.values, captum_map(predictor, module, answer.likeliest), atol=1e-6
    )


def test_the_map_adds_up_to_the_logit_without_its_bias() -> None:
    predictor, answer = bundled.predictor(), bundled.answer()
    bias = load_head(predictor.folder).network.get_classifier().bias.numpy()
    for k, name in enumerate(predictor.labels):
        total = grad_cam(predictor, answer, target=name).values.sum()
        assert total == pytest.approx(answer.logits[k] - bias[k], abs=1e-3)


def test_the_map_of_a_difference_is_the_difference_of_the_maps() -> None:
    predictor, answer = bundled.predictor(), bundled.answer()
    both = grad_cam(predictor, answer, target="glioma", against="notumor")
    one, other = (grad_cam(predictor, answer, target=name) for name in ("glioma", "notumor"))
    np.testing.assert_allclose(both.values, one.values - other.values, atol=1e-6)


def test_a_lit_cell_is_weighed_by_hand() -> None:
    predictor, answer = bundled.predictor(), bundled.answer()
    features = np.zeros_like(answer.features)
    features[5, 2, 3] = 7.0
    heatmap = grad_cam(predictor, replace(answer, features=features), target="pituitary")
    weights = channel_weights(predictor.folder)
    assert weights is not None
    row = predictor.labels.index("pituitary")
    expected = 7.0 * weights[row, 5] / features[0].size
    assert heatmap.values[2, 3] == pytest.approx(expected)
    assert np.count_nonzero(heatmap.values) == 1


def test_no_hook_stays_in_the_network() -> None:
    predictor, answer = bundled.predictor(), bundled.answer()
    grad_cam(predictor, answer, layer=layers(predictor)[1])
    head = load_head(predictor.folder)
    for module in [*head.network.modules(), *head.above.modules()]:
        assert not module._forward_hooks
        assert not module._backward_hooks
        assert not module._forward_pre_hooks


def test_the_likeliest_class_and_the_last_layer_are_the_default() -> None:
    heatmap = grad_cam(bundled.predictor(), bundled.answer())
    assert (heatmap.target, heatmap.against, heatmap.layer) == (bundled.answer().label, None, LAST)


@pytest.mark.parametrize(
    ("choice", "named"),
    [
        ({"target": "cyst"}, "'cyst'"),
        ({"target": "glioma", "against": "glioma"}, "itself"),
        ({"against": "cyst"}, "'cyst'"),
        ({"layer": "stage 9"}, "'stage 9'"),
    ],
)
def test_what_does_not_exist_is_named(choice: dict[str, str], named: str) -> None:
    with pytest.raises(InputError, match=named):
        grad_cam(bundled.predictor(), bundled.answer(), **choice)
