"""One door to all the methods."""

from __future__ import annotations

from collections.abc import Generator
from typing import Literal, get_args

from shared.errors import InputError
from shared.tumor.attribution import integrated_gradients, occlusion
from shared.tumor.gradcam import grad_cam
from shared.tumor.heatmap import LAST, Heatmap, listed
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
) -> Generator[float, None, Heatmap]:
    """Explain an answer, showing progress.

    Args:
        predictor: the checkpoint that gave the answer.
        answer: the answer to explain.
        target: class the map speaks for; the likeliest when None.
        against: class it is compared with.
        layer: for Grad-CAM, one of `layers(predictor)`; the others work on the input itself.
        method: one of `METHODS`.

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
    run = integrated_gradients if method == "integrated_gradients" else occlusion
    return (yield from run(predictor, answer, target=target, against=against))


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
