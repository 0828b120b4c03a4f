"""Explanations for page and API: what was asked for, where it runs, and the JSON of a map.

Grad-CAM of the last feature map costs next to nothing once PyTorch and Captum are imported. That
takes seconds and happens at the first explanation or in `warm_up`, whichever comes first.
"""

import threading
from collections.abc import Generator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from shared.device import CPU, best_device
from shared.page.gpu import marked, steps_with_cpu_fallback
from shared.slices.framing import Window
from shared.tumor.classes import texts_of
from shared.tumor.evidence import score_map, sentence
from shared.tumor.head import channel_weights
from shared.tumor.heatmap import Heatmap, blend, outline
from shared.tumor.methods import (
    DEFAULT,
    SlowMap,
    explain_in_steps,
    finished,
    method_named,
    slow_map,
)
from shared.tumor.predictor import Answer
from shared.tumor.steadiness import judged, recorded_pointing, sentence_of_judged
from tumor_space.data_urls import jpeg_url
from tumor_space.schema import EvidenceOfMap, Explanation, Map
from tumor_space.serving import Answered, Served, as_prediction

DIGITS = 6  # significant ones that a map keeps as JSON
GPU_SECONDS = 20  # asked of a visitor's quota, which refuses what it does not hold
_importing = threading.Lock()
_marked_slow_map = marked(slow_map, seconds=GPU_SECONDS)
_slow_turns = threading.BoundedSemaphore(2)  # the slow methods take all cores: two at a time


@dataclass(frozen=True)
class Asked:
    """What an explanation was asked for: class, other class, layer; None is the default of each."""

    target: str | None = None
    against: str | None = None
    layer: str | None = None
    method: str = DEFAULT

    @property
    def slow(self) -> bool:
        """Whether it takes seconds.

        Raises:
            InputError: no such method.
        """
        return method_named(self.method).slow


def warm_up(folder: Path) -> None:
    """Import and load what explanations need, once; who comes meanwhile waits.

    Two threads that import PyTorch at the same time can see it half imported.
    """
    with _importing:
        channel_weights(folder)


def look(served: Served, answer: Answer, asked: Asked) -> Generator[float, None, Heatmap]:
    """Explain an answer in steps: yields the share done, returns the map.

    Raises:
        InputError: no such class, layer or method.
    """
    warm_up(served.predictor.folder)
    here = partial(explain_in_steps, served.predictor, answer, **asdict(asked))
    if not asked.slow:
        return (yield from here())
    with _slow_turns:
        gpu = _gpu()
        if gpu is None:
            return (yield from here())
        return (yield from steps_with_cpu_fallback(partial(here, elsewhere=gpu), here))


def _gpu() -> SlowMap | None:
    """What does the slow methods on a GPU; None where there is none."""
    on_zero_gpu = _marked_slow_map is not slow_map  # the mark does nothing anywhere else
    return _marked_slow_map if on_zero_gpu or best_device() != CPU else None


def evidence_of(served: Served, answer: Answer, heatmap: Heatmap) -> EvidenceOfMap:
    """The tests of a map, with what they say in a sentence."""
    evidence = score_map(served.predictor, answer, heatmap)
    names = texts_of(served.predictor.labels)
    measured = recorded_pointing(served.evaluation)
    steady = judged(served.predictor, answer, heatmap, evidence) if measured else None
    words = sentence(evidence, names)
    if measured and steady:
        evidence, words = steady, sentence_of_judged(steady, names, measured)
    return {**asdict(evidence), "sentence": words}  # type: ignore[typeddict-item]


def as_explanation(
    served: Served, answered: Answered, asked: Asked, *, evidence: bool
) -> Explanation:
    """The answer and its explanation as the API returns them."""
    answer, pixels = answered.answer, answered.slice.pixels
    window = answer.prepared.window
    heatmap = finished(look(served, answer, asked))
    return {
        **as_prediction(served, answered),
        "map": as_map(heatmap, window),
        "overlay": jpeg_url(blend(pixels, heatmap, window)),
        "outline": outline(heatmap, window),
        "evidence": evidence_of(served, answer, heatmap) if evidence else None,
    }


def as_map(heatmap: Heatmap, window: Window) -> Map:
    """A map as JSON: raw numbers, and where in the slice they lie."""
    return {
        "values": [
            [float(f"{value:.{DIGITS}g}") for value in row] for row in heatmap.values.tolist()
        ],
        "empty": heatmap.empty,
        "top": window.top,
        "left": window.left,
        "side": window.side,
        "target": heatmap.target,
        "against": heatmap.against,
        "layer": heatmap.layer,
        "method": heatmap.method,
    }
