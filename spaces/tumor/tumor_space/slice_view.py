"""The main tab: give a slice, read the answer, look where the network looked."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from shared.errors import InputError
from shared.page.html import asset, text
from shared.page.uploads import delete_upload
from shared.slices.decode import MOST_BYTES
from shared.tumor.classes import texts_of
from shared.tumor.gradcam import layers
from shared.tumor.heatmap import Heatmap
from shared.tumor.methods import DEFAULT, METHODS, REGISTRY
from shared.tumor.predictor import Answer
from tumor_space import answer_panel, steps_panel
from tumor_space import slice_controls as controls
from tumor_space.explanations import Asked, evidence_of, look
from tumor_space.serving import Served, answer_file, as_prediction
from tumor_space.sessions import Sessions

PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
READING: dict[str, Any] = {"concurrency_id": "page answer", "concurrency_limit": 4, **PRIVATE}
LOOKING: dict[str, Any] = {"concurrency_id": "page look", "concurrency_limit": 8, **PRIVATE}
LARGEST = f"{MOST_BYTES // 2**20} MB"
ANSWER, NOTHING = "the answer", "nothing"  # choices that stand for None
FIRST_CHOICES = (ANSWER, NOTHING, DEFAULT)  # of target, against and method
GONE = "The page no longer has this slice. Give it again to see another map of it."
FAILED = "Something went wrong here, or too many are asking at once. Try again in a moment."
Shown = tuple[controls.Message | dict[str, Any], str]


@dataclass(frozen=True)
class SliceView:
    """The handlers of the tab, with what they answer from."""

    served: Served
    sessions: Sessions

    def read(self, sent: controls.SliceUpload, request: gr.Request) -> tuple[Any, ...]:
        """A new slice: answer, picture, a place for evidence, no steps; the choices start over."""
        session = request.session_hash or ""
        self.sessions.forget(session)
        try:
            answered = answer_file(self.served, sent.file.path, sent.frame)
        except InputError as error:
            return answer_panel.error_html(str(error)), controls.NO_PICTURE, "", "", *FIRST_CHOICES
        finally:
            delete_upload(sent.file.path)
        panel = answer_panel.answer_html(as_prediction(self.served, answered))
        picture = controls.picture_message(answered.slice, answered.answer)
        if answered.answer.refusal:
            return panel, picture, "", "", *FIRST_CHOICES
        self.sessions.remember(session, answered.answer)
        waiting = answer_panel.waiting_html("Looking where the network looked")
        return panel, picture, waiting, "", *FIRST_CHOICES

    def look(
        self, target: str, against: str, method: str, layer: str, request: gr.Request
    ) -> Iterator[Shown]:
        """The map for the slice at hand, and then its evidence."""
        session = request.session_hash or ""
        answer = self.sessions.recall(session)
        if answer is None:
            return
        turn = self.sessions.take_turn(session)
        at = None if METHODS[method].slow else layer  # the slow ones work on the pixels
        asked = Asked(_none(target), _none(against), at, method)
        for shown in self._looked(answer, asked):
            if not self.sessions.has_turn(session, turn):
                return  # the visitor has gone on to another choice or slice
            yield shown

    def choose(
        self, target: str, against: str, method: str, layer: str, request: gr.Request
    ) -> Iterator[Shown]:
        """Another look at the slice at hand, as chosen under "More"."""
        if self.sessions.recall(request.session_hash or "") is None:
            yield gr.skip(), answer_panel.problem_html(GONE)
        yield from self.look(target, against, method, layer, request)

    def steps(self, request: gr.Request) -> str:
        """How the network decided for the slice at hand."""
        answer = self.sessions.recall(request.session_hash or "")
        return steps_panel.steps_html(self.served, answer) if answer else ""

    def _looked(self, answer: Answer, asked: Asked) -> Iterator[Shown]:
        try:
            heatmap = yield from self._mapped(answer, asked)
        except InputError as error:
            yield gr.skip(), answer_panel.problem_html(str(error))
            return
        doing = "Testing the map against random places"
        yield controls.map_message(heatmap, answer), answer_panel.waiting_html(doing)
        evidence = evidence_of(self.served, answer, heatmap)
        yield gr.skip(), answer_panel.evidence_html(evidence)

    def _mapped(self, answer: Answer, asked: Asked) -> Generator[Shown, None, Heatmap]:
        steps = look(self.served, answer, asked)
        while True:
            try:
                share = next(steps)
            except StopIteration as end:
                heatmap: Heatmap = end.value
                return heatmap
            yield gr.skip(), answer_panel.progress_html(METHODS[asked.method].title, share)


def build(served: Served, sessions: Sessions) -> None:
    """Lay out the tab and say what follows what."""
    view = SliceView(served, sessions)
    with gr.Row(elem_classes="columns"):
        with gr.Column(scale=6, min_width=320):
            zone = controls.drop_zone(LARGEST, "of-zone")
            canvas = controls.slice_canvas("of-canvas")
            strip = controls.examples_html(served.checkpoint.folder)
            text(strip, "of-examples", js_on_load=asset(controls.ASSETS, "examples.js"))
        with gr.Column(scale=5, min_width=320):
            answer = text(answer_panel.WELCOME, "of-answer")
            evidence = text("", "of-evidence")
            stop = gr.Button("Stop", elem_classes="stop")
            choices = _more(served)
    steps = text("", "of-steps", js_on_load=asset(controls.ASSETS, "steps.js"))
    outputs = [answer, canvas, evidence, steps, *choices[: len(FIRST_CHOICES)]]
    read = zone.upload(view.read, zone, outputs, **READING)
    read.failure(_failed, outputs=[answer, canvas], **PRIVATE)
    looked = read.then(view.look, choices, [canvas, evidence], **LOOKING)
    looked.then(view.steps, outputs=steps, **LOOKING)
    looks = [looked]
    looks += [
        choice.input(view.choose, choices, [canvas, evidence], trigger_mode="multiple", **LOOKING)
        for choice in choices
    ]
    stop.click(answer_panel.stopped_html, outputs=evidence, cancels=looks, **PRIVATE)


def _more(served: Served) -> list[Any]:
    """What to look for, and how."""
    classes = [(words, label) for label, words in texts_of(served.predictor.labels).items()]
    methods = [(f"{method.title}: {method.hint}", method.name) for method in REGISTRY]
    at_layers = " and ".join(method.title for method in REGISTRY if not method.slow)
    at = layers(served.predictor)
    with gr.Accordion(
        "More: another class, layer or method", open=False, elem_classes="more of-more"
    ):
        target = gr.Dropdown([ANSWER, *classes], value=ANSWER, label="Where does it look for ...")
        against = gr.Dropdown([NOTHING, *classes], value=NOTHING, label="... and why not ...")
        method = gr.Radio(methods, value=DEFAULT, label="Method")
        layer = gr.Dropdown(list(at), value=at[0], label=f"Layer, for {at_layers}")
    return [target, against, method, layer]


def _failed() -> tuple[str, controls.Message]:
    return answer_panel.error_html(FAILED), controls.NO_PICTURE


def _none(choice: str) -> str | None:
    return None if choice in (ANSWER, NOTHING) else choice
