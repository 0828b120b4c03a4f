"""Integrated Gradients and Occlusion through Captum, in steps that can be watched and broken off.

Both are generators: they yield the share that is done (0..1) and at the end return the map. Closing
the generator ends the work.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from shared.slices.framing import to_input
from shared.tumor.gradcam import likeliest
from shared.tumor.head import load_head
from shared.tumor.heatmap import Heatmap, check_pair, index_of
from shared.tumor.network import run_network
from shared.tumor.predictor import Answer, Predictor

if TYPE_CHECKING:
    from torch import Tensor

Steps = Generator[float, None, Heatmap]
Output = Callable[["Tensor"], "Tensor"]
Found = tuple[NDArray[np.float32], float | None]  # a map and its gap
NOBODY_ELSE: AbstractContextManager[Any] = nullcontext()

INPUT = "input"
SEGMENTS, STEPS_A_SEGMENT = 10, 5
CROWDING = 3  # segments are short near black, where the outputs change most; even ones leave a gap
WINDOW_SHARE, STRIDE_SHARE = 1 / 7, 1 / 14  # of the side of the square
BLACK = -1.0  # after normalisation


def integrated_gradients(
    predictor: Predictor, answer: Answer, *, target: str | None = None, against: str | None = None
) -> Steps:
    """Integrated Gradients from a black square (Sundararajan, Taly and Yan 2017).

    Args:
        predictor: the checkpoint that gave the answer.
        answer: the answer to explain.
        target: class the map speaks for; the likeliest when None.
        against: class it is compared with.

    Yields:
        Share done.

    Returns:
        (S, S) map; its sum is the difference of the outputs, but for `gap`.

    Raises:
        InputError: no such class, or a class compared with itself.
    """
    import torch

    target, first, second = classes(predictor, answer, target, against)
    head = load_head(predictor.folder)

    def output(batch: Tensor) -> Tensor:
        logits = head.network(batch)
        return logits[:, first] - (logits[:, second] if second is not None else 0)

    whole = torch.from_numpy(to_input(answer.prepared.pixels))
    values, gap = yield from gradients_in_steps(output, whole, head.lock)
    return Heatmap(values, target, against, INPUT, "integrated_gradients", gap)


def gradients_in_steps(
    output: Output, pixels: Tensor, turn: AbstractContextManager[Any] = NOBODY_ELSE
) -> Generator[float, None, Found]:
    """Integrated Gradients of any output, on the device where the pixels are.

    The path is cut into segments whose attributions add up to those of the whole path, so that
    progress can be shown between them.

    Args:
        output: (N, 3, S, S) to (N,).
        pixels: (1, 3, S, S), normalised to -1..1.
        turn: is entered for each segment.

    Yields:
        Share done.

    Returns:
        (S, S) float32 and the gap.
    """
    import torch
    from captum.attr import IntegratedGradients

    along = torch.linspace(0, 1, SEGMENTS + 1, device=pixels.device) ** CROWDING
    path = along.view(-1, 1, 1, 1) * (pixels - BLACK) + BLACK
    total = torch.zeros_like(pixels)
    for k in range(SEGMENTS):
        yield k / SEGMENTS
        with turn:
            total += IntegratedGradients(output).attribute(
                path[k + 1 : k + 2],
                path[k : k + 1],
                n_steps=STEPS_A_SEGMENT,
                internal_batch_size=STEPS_A_SEGMENT,
            )
    with torch.inference_mode():
        start, end = output(path[:1]), output(path[-1:])
    gap = float((total.sum() - (end - start)).abs())
    return total.sum(dim=(0, 1)).detach().cpu().numpy().astype(np.float32), gap


def occlusion(
    predictor: Predictor, answer: Answer, *, target: str | None = None, against: str | None = None
) -> Steps:
    """Occlusion by a black square (Zeiler and Fergus 2014): how far the logit falls under it.

    The forward passes run in ONNX Runtime, since no gradient is needed.

    Args, yields, returns and raises as `integrated_gradients`; the map has no `gap`.
    """
    import torch

    target, first, second = classes(predictor, answer, target, against)

    def output(batch: Tensor) -> Tensor:
        logits = run_network(predictor.network, batch.numpy())[1]
        chosen = logits[:, first] - (logits[:, second] if second is not None else 0)
        return torch.from_numpy(np.ascontiguousarray(chosen))

    whole = torch.from_numpy(to_input(answer.prepared.pixels))
    values, _ = yield from occlusion_in_steps(output, whole)
    return Heatmap(values, target, against, INPUT, "occlusion")


def occlusion_in_steps(output: Output, pixels: Tensor) -> Generator[float, None, Found]:
    """Occlusion for any output, on the device where the pixels are.

    Captum slides the square along one band of rows after the other.

    Args, yields and returns as `gradients_in_steps`; there is no gap.
    """
    from captum.attr import Occlusion

    size = pixels.shape[-1]
    window, stride = round(size * WINDOW_SHARE), round(size * STRIDE_SHARE)
    tops = list(range(0, size - window + 1, stride))
    total, times = np.zeros((size, size), np.float32), np.zeros((size, 1), np.float32)
    for done, top in enumerate(tops):
        yield done / len(tops)

        def of_bands(bands: Tensor, top: int = top) -> Tensor:
            batch = pixels.repeat(len(bands), 1, 1, 1)
            batch[:, :, top : top + window] = bands
            return output(batch)

        band = pixels[:, :, top : top + window]
        found = Occlusion(of_bands).attribute(
            band, (3, window, window), strides=(3, stride, stride), baselines=BLACK,
            perturbations_per_eval=8,
        )  # fmt: skip
        total[top : top + window] += found[0, 0].cpu().numpy()
        times[top : top + window] += 1
    return (total / np.maximum(times, 1)).astype(np.float32), None


def classes(
    predictor: Predictor, answer: Answer, target: str | None, against: str | None
) -> tuple[str, int, int | None]:
    """The target's name, and the indices of both classes."""
    target = target or likeliest(answer)
    check_pair(target, against)
    first = index_of(predictor.labels, target, "target")
    second = None if against is None else index_of(predictor.labels, against, "against")
    return target, first, second
