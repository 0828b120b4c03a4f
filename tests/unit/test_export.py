"""The exported folder opens in timm, transformers and ONNX Runtime, with equal logits."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import timm
import torch
from PIL import Image
from transformers import AutoModelForImageClassification, pipeline

from shared.errors import CheckpointError
from shared.tumor.predictor import open_network, run_network
from training.tumor.export import round_large_weights, write_network
from training.tumor.network import create_network

LABELS = ("glioma", "meningioma", "notumor", "pituitary")
SIZE = 96


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return create_network("tf_efficientnet_lite0", 4, output_stride=16).eval()


@pytest.fixture(scope="module")
def folder(network, tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoint")
    write_network(network, folder, labels=LABELS, size=SIZE, model_args={"output_stride": 16})
    return folder


@pytest.fixture(scope="module")
def pixels():
    return np.random.default_rng(0).normal(size=(3, 3, SIZE, SIZE)).astype(np.float32)


@pytest.fixture(scope="module")
def expected(network, folder, pixels):
    """Logits of the network whose weights `folder` rounded."""
    with torch.no_grad():
        return network(torch.from_numpy(pixels)).numpy()


def test_timm_opens_the_folder(folder, pixels, expected):
    model = timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
    with torch.no_grad():
        np.testing.assert_allclose(model(torch.from_numpy(pixels)), expected, atol=1e-4)


def test_transformers_opens_the_folder(folder, pixels, expected):
    model = AutoModelForImageClassification.from_pretrained(str(folder)).eval()
    with torch.no_grad():
        logits = model(torch.from_numpy(pixels)).logits
    np.testing.assert_allclose(logits, expected, atol=1e-4)
    assert tuple(model.config.id2label.values()) == LABELS


def test_the_pipeline_answers_with_the_class_names(folder):
    classify = pipeline("image-classification", str(folder))
    picture = Image.fromarray(np.full((120, 100), 90, np.uint8))
    assert {row["label"] for row in classify(picture, top_k=4)} == set(LABELS)


@pytest.mark.parametrize("count", [1, 3])
def test_onnx_runtime_gives_features_and_the_same_logits(folder, network, pixels, expected, count):
    features, logits = run_network(open_network(folder / "model.onnx"), pixels[:count])
    np.testing.assert_allclose(logits, expected[:count], atol=1e-4)
    with torch.no_grad():
        maps = network.forward_features(torch.from_numpy(pixels[:count])).numpy()
    np.testing.assert_allclose(features, maps, atol=1e-4)


def test_large_weights_are_stored_in_half_the_size_without_loss(folder, network):
    model = onnx.load(folder / "model.onnx")
    large = [t for t in model.graph.initializer if len(t.dims) > 1 and np.prod(t.dims) >= 1024]
    assert large and all(t.data_type == onnx.TensorProto.FLOAT16 for t in large)
    weight = network.get_classifier().weight
    assert torch.equal(weight, weight.half().float())
    assert (folder / "model.safetensors").stat().st_size < 8e6


def test_rounding_leaves_small_tensors_alone():
    layer = torch.nn.Linear(8, 4)
    before = layer.weight.clone()
    assert torch.equal(round_large_weights(layer).weight, before)


def test_the_configuration_says_what_timm_and_transformers_need(folder):
    config = json.loads((folder / "config.json").read_text())
    assert config["model_args"] == {"output_stride": 16} and config["dtype"] == "float32"
    assert config["pretrained_cfg"]["input_size"] == [3, SIZE, SIZE]


def test_a_network_with_other_outputs_is_refused_by_name(tmp_path):
    node = onnx.helper.make_node("Identity", ["a"], ["b"])
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph([node], "g", [value("a", 1, [1])], [value("b", 1, [1])])
    opset = [onnx.helper.make_opsetid("", 18)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opset, ir_version=9), tmp_path / "m.onnx")
    with pytest.raises(CheckpointError, match=r"m\.onnx has inputs \['a'\]"):
        open_network(tmp_path / "m.onnx")


def test_a_file_that_is_no_onnx_is_refused_by_name(tmp_path):
    (tmp_path / "model.onnx").write_bytes(b"not a network")
    with pytest.raises(CheckpointError, match=r"model\.onnx cannot be opened"):
        open_network(tmp_path / "model.onnx")


def test_no_path_of_this_machine_is_in_the_file(folder):
    content = (folder / "model.onnx").read_bytes()
    assert b"site-packages" not in content
    assert str(Path(__file__).parents[2]).encode() not in content
