"""The API: four named endpoints, whose names, types and defaults are a recorded contract.

The docstrings, with the registered classes and methods put in, are what clients, the OpenAPI page
and MCP tools show. Gradio reads the return types as they are, not as strings: this module must not
postpone the evaluation of annotations.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import gradio as gr

from shared.checkpoint.asking import Waiting
from shared.page.endpoints import MOST_WAITING, BoundedQueue, file_path, plain_errors
from shared.page.schema import UploadedFile, explained_revision_of
from shared.page.waiting import not_ready, tell
from shared.tumor.classes import CLASS_WORDS, HEALTHY, texts_of
from shared.tumor.gradcam import layers
from shared.tumor.methods import DEFAULT, METHODS, REGISTRY
from shared.wording import listed
from tumor_space.explanations import Asked, as_explanation
from tumor_space.schema import BatchRow, Explanation, MethodName, Model, Prediction
from tumor_space.serving import (
    LIMITS,
    NOT_A_DIAGNOSIS,
    Served,
    answer_file,
    answer_row,
    as_prediction,
    check_count,
)

CHEAP: dict[str, Any] = {"queue": False}  # answered at once; explanations know their own turns
MANY: dict[str, Any] = {"concurrency_id": "many", "concurrency_limit": 1}
NAMES = {"predict": CHEAP, "explain": CHEAP, "predict_batch": MANY, "model": CHEAP}

# asyncio has few threads, little more than a machine has cores: the others stay free for quick
# answers.
SLOW_AT_A_TIME = 3
WHEN_FULL = f'Ask again in a minute, or for method "{DEFAULT}" without evidence, which never waits.'
EXAMPLE = "slice.png"
WORDS = {
    "tumors": ", ".join(words for label, words in CLASS_WORDS.items() if label != HEALTHY),
    "classes": ", ".join(CLASS_WORDS),
    "quick": listed([method.name for method in REGISTRY if not method.slow], "or"),
    "slow": listed([method.name for method in REGISTRY if method.slow], "or"),
}

Function = TypeVar("Function", bound=Callable[..., Any])


def told(function: Function) -> Function:
    """Put the registered classes and methods into the docstring of an endpoint."""
    function.__doc__ = (function.__doc__ or "").format(**WORDS)
    return function


@dataclass(frozen=True)
class Endpoints:
    """The four endpoints over one checkpoint, and the line in front of slow explanations."""

    served: Served
    slow: BoundedQueue

    @told
    def predict(self, image: UploadedFile, frame: int = 0) -> Prediction:
        """Say which tumor one slice of a brain MRI shows: {tumors} or none. Not a diagnosis.

        Parameters:
            image: A picture (PNG, JPEG, TIFF, WebP ...) or DICOM file of one slice, up to 64 MB.
            frame: Which frame of a file with several, counted from 0.

        Returns:
            The class, calibrated probabilities, the set that holds the truth at least 95 times in
            100, or the refusal and its reason.
        """
        with plain_errors():
            path = file_path(image, "image", EXAMPLE)
            return as_prediction(self.served, answer_file(self.served, path, frame))

    @told
    async def explain(
        self,
        image: UploadedFile,
        target: str | None = None,
        against: str | None = None,
        layer: str | None = None,
        method: MethodName = DEFAULT,
        evidence: bool = False,
        frame: int = 0,
    ) -> Explanation:
        """Say which tumor one slice of a brain MRI shows and where the network looked. Not a
        diagnosis.

        Parameters:
            image: A picture (PNG, JPEG, TIFF, WebP ...) or DICOM file of one slice, up to 64 MB.
            target: The class to explain; the answer when left out. One of {classes}.
            against: A second class: the map then shows why target and not this one.
            layer: The layer to explain at; the last feature map when left out. The endpoint /model
                lists them.
            method: {quick} (at once), {slow} (takes seconds).
            evidence: Whether to score the map against random ones for this slice.
            frame: Which frame of a file with several, counted from 0.

        Returns:
            The answer as from /predict, the raw map, a JPEG of it over the slice as a data URL,
            the outline, and the evidence.
        """
        asked = Asked(target, against, layer, method)
        with plain_errors():
            path = file_path(image, "image", EXAMPLE)

            def work() -> Explanation:
                answered = answer_file(self.served, path, frame)
                return as_explanation(self.served, answered, asked, evidence=evidence)

            run = self.slow.run if evidence or asked.slow else asyncio.to_thread
            return await run(work)

    def predict_batch(self, images: list[UploadedFile]) -> list[BatchRow]:
        """Answer for up to 100 slices; a file that cannot be used is a row with its error. Not a
        diagnosis.

        Parameters:
            images: Pictures or DICOM files, one slice each, at most 100.

        Returns:
            A row for each file, in their order.
        """
        with plain_errors():
            check_count(len(images))
            return [
                answer_row(self.served, index, file_path(image, f"images[{index}]", EXAMPLE))
                for index, image in enumerate(images)
            ]

    def model(self) -> Model:
        """Tell what answers here: labels, layers, methods, the recorded evaluation, limits and the
        revision.

        Returns:
            Facts about the checkpoint that this server has loaded.
        """
        predictor = self.served.predictor
        return {
            "task": "brain tumor class of one MRI slice",
            "architecture": self.served.architecture,
            "labels": list(predictor.labels),
            "label_texts": texts_of(predictor.labels),
            "input_size": predictor.size,
            "layers": list(layers(predictor)),
            "methods": list(METHODS),
            "coverage": predictor.decision.coverage,
            "limits": f"{NOT_A_DIAGNOSIS} {LIMITS}",
            "evaluation": self.served.evaluation or None,
            "revision": explained_revision_of(self.served.checkpoint),
        }


def register(served: Served) -> None:
    """Add the endpoints to the page that is being built."""
    slow = BoundedQueue(SLOW_AT_A_TIME, MOST_WAITING, what="slow explanations", advice=WHEN_FULL)
    endpoints = Endpoints(served, slow)
    for name, settings in NAMES.items():
        gr.api(getattr(endpoints, name), api_name=name, **settings)


def register_waiting(waiting: Waiting) -> None:
    """Add the same endpoints to the page that waits for its model."""
    for name, settings in NAMES.items():
        answer = tell if name == "model" else not_ready
        gr.api(answer(getattr(Endpoints, name), waiting), api_name=name, **settings)
