"""One door to all the methods."""

from __future__ import annotations

from collections.abc import Generator
from typing import Literal, get_args

from shared.errors import InputError
from shared.tumor.attribution import INPUT, classes, integrated_gradients, occlusion
from shared.tumor.gradcam import grad_cam
from shared.tumor.heatmap import LAST, Heatmap, listed
from shared.tumor.on_device import SlowMap
from shared.tumor.predictor import Answer, Predictor

Method = Literal["gradcam", "integrated_gradients", "occlusion"]
METHODS: tuple[Method, ...] = get_args(Method)


def explain_in_steps(
    predictor: Predictor,
    answer: Answer,
    *,
    target: str | None = None,
    against: str | None = None,
    layer: str | None = None,
    method: str = "gradcam",
    elsewhere: SlowMap | None = None,
) -> Generator[float, None, Heatmap]:
    """Explain an answer, showing progress.

    Args:
        predictor: the checkpoint that gave the answer.
        answer: the answer to explain.
        target: class the map speaks for; the likeliest when None.
        against: class it is compared with.
        layer: for Grad-CAM, one of `layers(predictor)`; the others work on the input itself.
        method: one of `METHODS`.
        elsewhere: does the slow methods, as `on_device.slow_map` does; None does them here, on the
            processor.

    Yields:
        Share done (0..1); Grad-CAM yields nothing.

    Returns:
        The map.

    Raises:
        InputError: no such class, layer or method.
    """
    if method == "gradcam":
        return grad_cam(predictor, answer, target=target, against=against, layer=layer)
    if method not in METHODS:
        raise InputError(f"There is no method {method!r}. The methods are {listed(METHODS)}.")
    if layer not in (None, LAST):
        raise InputError(
            f"The layer {layer!r} goes with the method 'gradcam'; {method!r} works on the input. "
            "Leave the layer out."
        )
    if elsewhere is not None:
        return (yield from _elsewhere(elsewhere, method, predictor, answer, target, against))
    run = integrated_gradients if method == "integrated_gradients" else occlusion
    return (yield from run(predictor, answer, target=target, against=against))


def _elsewhere(
    slow: SlowMap,
    method: str,
    predictor: Predictor,
    answer: Answer,
    target: str | None,
    against: str | None,
) -> Generator[float, None, Heatmap]:
    """A slow method that is done in another process, or on another device."""
    target, first, second = classes(predictor, answer, target, against)
    for step in slow(method, str(predictor.folder), answer.prepared.pixels, first, second):
        if isinstance(step, tuple):
            values, gap = step
            return Heatmap(values, target, against, INPUT, method, gap)
        yield step
    raise RuntimeError(f"{method} ended without a map.")


def explain(
    predictor: Predictor,
    answer: Answer,
    *,
    target: str | None = None,
    against: str | None = None,
    layer: str | None = None,
    method: str = "gradcam",
) -> Heatmap:
    """Explain an answer and wait for it; see `explain_in_steps`."""
    steps = explain_in_steps(
        predictor, answer, target=target, against=against, layer=layer, method=method
    )
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: Heatmap = end.value
            return found
