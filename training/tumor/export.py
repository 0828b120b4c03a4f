"""Write a network as the model part of a checkpoint: safetensors, config.json and model.onnx.

The folder opens unchanged in `timm.create_model("local-dir:FOLDER")`, in transformers'
`pipeline("image-classification")` and in ONNX Runtime, with the same logits. Large weights are
rounded to what float16 holds before anything is measured, and stored as float16: half the size, no
difference between what was evaluated and what is served.
"""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx_ir as ir
import torch
from onnx import numpy_helper
from onnxscript import optimizer
from safetensors.torch import save_file
from timm.models._hub import save_config_for_hf
from torch import nn

from shared.tumor.predictor import FEATURES, INPUT, LOGITS
from training.stages import command_line
from training.tumor.network import TimmNetwork, load_fitted

LARGE = 1024  # elements, in two or more dimensions; batch statistics and biases stay float32
OPSET = 18


def is_large(shape: Sequence[int]) -> bool:
    """Whether a tensor is a weight of a convolution or a linear layer, worth storing as float16."""
    return len(shape) >= 2 and math.prod(shape) >= LARGE


def round_large_weights(network: TimmNetwork) -> TimmNetwork:
    """Round each large weight to the nearest float16 value, in place; the dtype stays float32."""
    with torch.no_grad():
        for parameter in network.parameters():
            if is_large(parameter.shape):
                parameter.copy_(parameter.half().float())
    return network


def write_network(
    network: TimmNetwork,
    folder: Path,
    *,
    labels: tuple[str, ...],
    size: int,
    model_args: dict[str, Any],
) -> None:
    """Write `model.safetensors`, `config.json` and `model.onnx`.

    Args:
        network: a timm network; its large weights are rounded in place.
        folder: where to; created when missing.
        labels: class names in the order of the logits.
        size: side of the input, pixels.
        model_args: what `timm.create_model` needs beyond name and number of classes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    round_large_weights(network).eval().cpu()
    _write_safetensors(network, folder / "model.safetensors")
    _write_config(network, folder / "config.json", labels, size, model_args)
    _write_onnx(network, folder / "model.onnx", size)


def _write_safetensors(network: TimmNetwork, path: Path) -> None:
    parameters = dict(network.named_parameters())
    tensors = {
        name: tensor.half() if name in parameters and is_large(tensor.shape) else tensor
        for name, tensor in network.state_dict().items()
    }
    save_file({k: v.contiguous() for k, v in tensors.items()}, path, metadata={"format": "pt"})


def _write_config(
    network: TimmNetwork, path: Path, labels: tuple[str, ...], size: int, model_args: dict[str, Any]
) -> None:
    data = {
        "input_size": (3, size, size),
        "mean": (0.5,) * 3,
        "std": (0.5,) * 3,
        "crop_pct": 1.0,
        "interpolation": "bilinear",
    }
    save_config_for_hf(
        network,
        str(path),
        {"label_names": list(labels), "num_classes": len(labels), "pretrained_cfg": data},
    )
    config = json.loads(path.read_text(encoding="utf-8"))
    # transformers passes num_classes itself and fails on a second one in model_args. Its default
    # dtype is that of the file; half-size weights must not make it compute in half precision.
    config["model_args"] = model_args
    config["dtype"] = "float32"
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


class _FeaturesAndLogits(nn.Module):
    """One pass, two results, as `model.onnx` has them."""

    def __init__(self, network: TimmNetwork) -> None:
        super().__init__()
        self.network: TimmNetwork = network

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.network.forward_features(pixels)
        return features, self.network.forward_head(features)


def _write_onnx(network: TimmNetwork, path: Path, size: int) -> None:
    # torch.onnx.export leaves a wrapper that was in train mode in train mode, and the network with
    # it.
    wrapper = _FeaturesAndLogits(network).eval()
    program = torch.onnx.export(
        wrapper,
        (torch.zeros(2, 3, size, size),),
        input_names=[INPUT],
        output_names=[FEATURES, LOGITS],
        dynamic_shapes={"pixels": {0: torch.export.Dim("slices", min=1)}},
        opset_version=OPSET,
        dynamo=True,
        optimize=False,  # it would fold batch statistics into the weights, off the float16 grid
        verbose=False,
    )
    if program is None:
        raise RuntimeError("torch.onnx.export returned no program.")
    optimizer.inline(program.model)
    optimizer.fold_constants(program.model)
    optimizer.remove_unused_nodes(program.model)
    model = without_traces(ir.serde.serialize_model(program.model))
    onnx.save(halve_initializers(model), path)


def without_traces(model: onnx.ModelProto) -> onnx.ModelProto:
    """Drop what the exporter notes beside each node: stack traces, with paths of this machine."""
    graph = model.graph
    for part in (graph, *graph.node, *graph.value_info, *graph.initializer):
        del part.metadata_props[:]
        part.doc_string = ""
    return model


def halve_initializers(model: onnx.ModelProto) -> onnx.ModelProto:
    """Store as float16 each large initializer that float16 holds without loss, with a cast back in
    front.

    ONNX Runtime folds the casts when it opens the file, so that it computes with the same float32
    weights.
    """
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or not is_large(values.shape):
            continue
        halved = values.astype(np.float16)
        if not np.array_equal(halved.astype(np.float32), values):
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(halved, name + ".half"))
        casts.append(
            onnx.helper.make_node("Cast", [name + ".half"], [name], to=onnx.TensorProto.FLOAT)
        )
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    return model


def main() -> None:
    """Command line of the export stage."""
    given = command_line(__doc__, "out", "checkpoint").parse_args()
    network, settings, labels = load_fitted(given.out)
    size, arguments = settings.size, settings.model_args
    write_network(network, given.checkpoint, labels=labels, size=size, model_args=arguments)


if __name__ == "__main__":
    main()
