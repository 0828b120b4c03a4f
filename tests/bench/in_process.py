"""From a decoded slice to answer, Grad-CAM and overlay, in this process, at the network's own size.

Ours is what the Space runs, up to the picture of the overlay. It is held against the least that an
answer can cost, a bare pass of the same `model.onnx` in the same session, and against
pytorch-grad-cam on the same weights in PyTorch, at the same layer, for the same class, up to its
own overlay.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import timm
import torch
from example_slice import slice_picture
from numpy.typing import NDArray
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.image import show_cam_on_image
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from rows import Goal, Row, compared, times_cost, times_gain
from timing import take_turns

from shared.slices.framing import to_input
from shared.tumor.gradcam import grad_cam
from shared.tumor.heatmap import blend
from shared.tumor.predictor import INPUT, Answer, Predictor, load_predictor, predict

FloatImage = NDArray[np.float32]


def measure(checkpoint: Path, example: Path, *, rounds: int, repeats: int) -> list[Row]:
    """Ours, the bare pass and pytorch-grad-cam, in turns."""
    predictor = load_predictor(checkpoint)
    pixels = np.asarray(slice_picture(example, predictor.size), dtype=np.float32) / 255
    answer = predict(predictor, pixels)
    target = answer.likeliest
    calls = {
        "ours": lambda: explained(predictor, pixels, target),
        "answer": lambda: predict(predictor, pixels),
        "bare": bare(predictor, answer),
        "eager": eager(checkpoint, answer.prepared.pixels, predictor.labels.index(target)),
    }
    taken = take_turns(calls, rounds=rounds, repeats=repeats)
    return [
        compared(
            "in_process_bare",
            "Slice to answer and overlay, against a bare ONNX Runtime pass",
            taken["ours"],
            taken["bare"],
            unit="ms",
            ratio=times_cost(taken["ours"], taken["bare"]),
            goal=Goal("at most", 1.25),
        ),
        compared(
            "in_process_answer",
            "Slice to answer alone, against a bare ONNX Runtime pass",
            taken["answer"],
            taken["bare"],
            unit="ms",
            ratio=times_cost(taken["answer"], taken["bare"]),
        ),
        compared(
            "in_process_eager",
            "Slice to answer and overlay, against pytorch-grad-cam",
            taken["ours"],
            taken["eager"],
            unit="ms",
            ratio=times_gain(taken["ours"], taken["eager"]),
            goal=Goal("at least", 8),
        ),
    ]


def explained(predictor: Predictor, pixels: FloatImage, target: str) -> object:
    """What the Space does with a slice."""
    answer = predict(predictor, pixels)
    heatmap = grad_cam(predictor, answer, target=target)
    return blend(pixels, heatmap, answer.prepared.window)


def bare(predictor: Predictor, answer: Answer) -> Callable[[], object]:
    """A forward pass with both outputs and nothing around it."""
    session, batch = predictor.network.session, to_input(answer.prepared.pixels)
    return lambda: session.run(None, {INPUT: batch})


def eager(checkpoint: Path, prepared: FloatImage, target: int) -> Callable[[], object]:
    """pytorch-grad-cam, with a slice that is framed already: that it does not do by itself."""
    network = timm.create_model(f"local-dir:{checkpoint}", pretrained=True).eval()
    cam = GradCAM(model=network, target_layers=[network.bn2])
    targets = [ClassifierOutputTarget(target)]
    picture = np.repeat(prepared[..., None], 3, axis=2)

    def run() -> object:
        batch = torch.from_numpy(to_input(prepared))
        heat = cam(input_tensor=batch, targets=targets)[0]
        probabilities = torch.softmax(cam.outputs.detach(), dim=1)[0]
        return probabilities.tolist(), show_cam_on_image(picture, heat, use_rgb=True)

    return run
