"""Integrated Gradients and Occlusion through Captum, in steps that can be watched and broken off.

Both are generators over any output of any network, on the device where the pixels are: they yield
the share that is done (0..1), and at the end return the map. Closing the generator ends the work.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

Output = Callable[["Tensor"], "Tensor"]  # (N, 3, S, S) to (N,)
RawMap = tuple[NDArray[np.float32], float | None]  # (S, S), and its gap
Steps = Generator[float, None, RawMap]

BLACK = -1.0  # after normalisation
SEGMENTS, STEPS_A_SEGMENT = 10, 5
CROWDING = 3  # segments are short near black, where the outputs change most; even ones leave a gap
WINDOW_SHARE, STRIDE_SHARE = 1 / 7, 1 / 14  # of the side of the square


def integrated_gradients(output: Output, pixels: Tensor) -> Steps:
    """Integrated Gradients from a black square (Sundararajan, Taly and Yan 2017).

    Args:
        output: what is explained, (N, 3, S, S) to (N,); must have a gradient.
        pixels: (1, 3, S, S), normalised to -1..1.

    Yields:
        Share done.

    Returns:
        (S, S) float32, whose sum is the difference of the outputs at both ends of the path, but for
        the gap, which is returned too.
    """
    import torch
    from captum.attr import IntegratedGradients

    # The path from black to the slice is cut into segments. Each one's attributions add up to the
    # change of the output along it, so all of them together do to the change along the whole path,
    # and progress can be shown between them.
    along = torch.linspace(0, 1, SEGMENTS + 1, device=pixels.device) ** CROWDING
    path = along.view(-1, 1, 1, 1) * (pixels - BLACK) + BLACK
    total = torch.zeros_like(pixels)
    for k in range(SEGMENTS):
        yield k / SEGMENTS
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


def occlusion(output: Output, pixels: Tensor) -> Steps:
    """Occlusion by a black square (Zeiler and Fergus 2014): how far the output falls under it.

    Captum slides the square along one band of rows after the other, so that progress can be shown.

    Args, yields and returns as `integrated_gradients`; no gradient is needed and there is no gap.
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
        fall = Occlusion(of_bands).attribute(
            band, (3, window, window), strides=(3, stride, stride), baselines=BLACK,
            perturbations_per_eval=8,
        )  # fmt: skip
        total[top : top + window] += fall[0, 0].cpu().numpy()
        times[top : top + window] += 1
    return (total / np.maximum(times, 1)).astype(np.float32), None
