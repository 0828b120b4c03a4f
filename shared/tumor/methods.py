"""The explanation methods: their registry, and the one way to all of them.

A new method is a function and an entry in `METHODS`. API, page, captions and evidence take its
name, its words, what it needs and how long it takes from there.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shared.device import best_device
from shared.errors import InputError
from shared.slices.framing import to_input
from shared.tumor.attribution import Output, RawMap, Steps, integrated_gradients, occlusion
from shared.tumor.gradcam import grad_cam
from shared.tumor.head import TimmNetwork, load_head, open_timm
from shared.tumor.heatmap import GRADCAM, INPUT, LAST, Heatmap, class_indices, quoted
from shared.tumor.predictor import Answer, Predictor, run_network

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class LayerMethod:
    """A method over feature maps: answers at once, in this process, at any layer of the network.

    Attributes:
        name: in the API and in a `Heatmap`.
        title: what people call it.
        hint: what to expect of it, in a few words.
        explain: as `grad_cam`.
    """

    name: str
    title: str
    hint: str
    explain: Callable[..., Heatmap]
    slow = False


@dataclass(frozen=True)
class InputMethod:
    """A method over pixels: takes seconds, in another process with a GPU where there is one.

    Attributes:
        name, title, hint: as of a `LayerMethod`.
        steps: as `integrated_gradients`: takes an output of a network and the pixels.
        needs_gradient: whether it differentiates the output. Where not, and where there is no GPU,
            ONNX Runtime does the passes, several times as fast as PyTorch.
    """

    name: str
    title: str
    hint: str
    steps: Callable[[Output, Tensor], Steps]
    needs_gradient: bool
    slow = True


Method: TypeAlias = LayerMethod | InputMethod
REGISTRY: tuple[Method, ...] = (
    LayerMethod(GRADCAM, "Grad-CAM", "at once, coarse", grad_cam),
    InputMethod(
        "integrated_gradients", "Integrated Gradients", "pixel by pixel, seconds",
        integrated_gradients, needs_gradient=True,
    ),
    InputMethod(
        "occlusion", "Occlusion", "covers place after place, seconds",
        occlusion, needs_gradient=False,
    ),
)  # fmt: skip
METHODS = {method.name: method for method in REGISTRY}
DEFAULT = REGISTRY[0].name
"""What answers when nobody asks for a method."""

Step: TypeAlias = float | RawMap
SlowMap = Callable[[str, str, NDArray[np.float32], int, int | None], Iterator[Step]]


def method_named(name: str) -> Method:
    """A method by its name.

    Raises:
        InputError: no such method.
    """
    if name not in METHODS:
        raise InputError(f"There is no method {name!r}. The methods are {quoted(tuple(METHODS))}.")
    return METHODS[name]


def explain_in_steps(
    predictor: Predictor,
    answer: Answer,
    *,
    target: str | None = None,
    against: str | None = None,
    layer: str | None = None,
    method: str = DEFAULT,
    elsewhere: SlowMap | None = None,
) -> Generator[float, None, Heatmap]:
    """Explain an answer, showing progress.

    Args:
        predictor: the checkpoint that gave the answer.
        answer: the answer to explain.
        target: class the map speaks for; the likeliest when None.
        against: class it is compared with.
        layer: one of `gradcam.layers(predictor)`, for a `LayerMethod`; the others work on the
            input itself.
        method: a name in `METHODS`.
        elsewhere: does the slow methods, as `slow_map` does; None does them here, on the processor.

    Yields:
        Share done (0..1); a `LayerMethod` yields nothing.

    Returns:
        The map.

    Raises:
        InputError: no such class, layer or method.
    """
    chosen = method_named(method)
    if isinstance(chosen, LayerMethod):
        return chosen.explain(predictor, answer, target=target, against=against, layer=layer)
    if layer not in (None, LAST):
        raise InputError(
            f"The layer {layer!r} goes with the method {DEFAULT!r}; {method!r} works on the input. "
            "Leave the layer out."
        )
    target = target or answer.likeliest
    pair = class_indices(predictor.labels, target, against)
    if elsewhere is None:
        values, gap = yield from _here(chosen, predictor, answer, *pair)
    else:
        steps = elsewhere(method, str(predictor.folder), answer.prepared.pixels, *pair)
        values, gap = yield from _until_the_map(steps)
    return Heatmap(values, target, against, INPUT, method, gap)


def finished(steps: Generator[float, None, Heatmap]) -> Heatmap:
    """The map at the end of the steps of `explain_in_steps`."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            heatmap: Heatmap = end.value
            return heatmap


def _here(
    method: InputMethod, predictor: Predictor, answer: Answer, first: int, second: int | None
) -> Steps:
    """A slow method in this process, on the processor."""
    import torch

    def in_pytorch(batch: Tensor) -> Tensor:
        head = load_head(predictor.folder)
        with head.lock:  # a hook of another explanation must not see this pass
            logits: Tensor = head.network(batch)
            return logits

    def in_onnx(batch: Tensor) -> Tensor:
        return torch.from_numpy(run_network(predictor.network, batch.numpy())[1])

    logits_of = in_pytorch if method.needs_gradient else in_onnx
    pixels = torch.from_numpy(to_input(answer.prepared.pixels))
    return (yield from method.steps(_difference(logits_of, first, second), pixels))


def _difference(logits_of: Callable[[Tensor], Tensor], first: int, second: int | None) -> Output:
    """The output to explain: one logit, or how far one is above another."""

    def output(batch: Tensor) -> Tensor:
        logits = logits_of(batch)
        return logits[:, first] - (logits[:, second] if second is not None else 0)

    return output


def _until_the_map(steps: Iterator[Step]) -> Steps:
    """Steps of another process: shares, and the map as the last of them."""
    for step in steps:
        if isinstance(step, tuple):
            return step
        yield step
    raise RuntimeError("An explanation in another process ended without a map.")


def slow_map(
    method: str, folder: str, pixels: NDArray[np.float32], first: int, second: int | None
) -> Iterator[Step]:
    """An `InputMethod` on the best device of this process; may be called in a process of its own.

    Everything that is needed is read from the checkpoint's folder, so that nothing but arrays and
    names goes from one process to the other. Every method runs in PyTorch here: an ONNX Runtime
    session does not outlive a fork.

    Args:
        method: name of an `InputMethod`.
        folder: of the checkpoint.
        pixels: (S, S) float32 in 0..1, what the network saw.
        first: index of the class that the map speaks for.
        second: of the one it is compared with.

    Yields:
        The share done (0..1), several times; at last the raw map and its gap.

    Raises:
        CheckpointError: the folder does not load in timm.
    """
    import torch

    chosen = METHODS[method]
    assert isinstance(chosen, InputMethod), method
    device = best_device()
    output = _difference(_network(folder, device), first, second)
    # Shortened numbers, as a GPU convolves with by itself, would show in the map.
    with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        raw_map = yield from chosen.steps(output, torch.from_numpy(to_input(pixels)).to(device))
    yield raw_map


@cache
def _network(folder: str, device: str) -> TimmNetwork:
    """A network of its own: `load_head`'s is hooked by Captum, and may be locked in a fork."""
    return open_timm(Path(folder)).to(device)
