"""The slow methods on plain arrays: for another process, or for a GPU.

Everything that is needed is read from the checkpoint's folder, so nothing but arrays and names goes
from one process to the other. Occlusion runs in PyTorch here: an ONNX Runtime session does not
outlive a fork.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shared.device import best_device
from shared.slices.framing import to_input
from shared.tumor.attribution import Found, gradients_in_steps, occlusion_in_steps
from shared.tumor.head import TimmNetwork, open_timm

if TYPE_CHECKING:
    from torch import Tensor

Step: TypeAlias = float | Found
SlowMap = Callable[[str, str, NDArray[np.float32], int, int | None], Iterator[Step]]
IN_STEPS = {"integrated_gradients": gradients_in_steps, "occlusion": occlusion_in_steps}


def slow_map(
    method: str, folder: str, pixels: NDArray[np.float32], first: int, second: int | None
) -> Iterator[Step]:
    """One of the slow methods, on the best device of this process.

    Args:
        method: one of `IN_STEPS`.
        folder: of the checkpoint.
        pixels: (S, S) float32 in 0..1, what the network saw.
        first: index of the class that the map speaks for.
        second: of the one it is compared with.

    Yields:
        The share done (0..1), several times; at last what was found.

    Raises:
        CheckpointError: the folder does not load in timm.
    """
    import torch

    device = best_device()
    network = _network(folder, device)

    def output(batch: Tensor) -> Tensor:
        logits = network(batch)
        return logits[:, first] - (logits[:, second] if second is not None else 0)

    # Shortened numbers, as a GPU convolves with by itself, would show in the map.
    with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        steps = IN_STEPS[method](output, torch.from_numpy(to_input(pixels)).to(device))
        while True:
            try:
                share = next(steps)
            except StopIteration as end:
                yield end.value
                return
            yield share


@cache
def _network(folder: str, device: str) -> TimmNetwork:
    """A network of its own: `head.load_head`'s is hooked by Captum, and may be locked in a fork."""
    return open_timm(Path(folder)).to(device)
