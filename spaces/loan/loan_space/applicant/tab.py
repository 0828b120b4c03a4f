"""The main tab: describe an applicant, read both answers, see why and what would change them."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from loan_space import ASSETS, curve_chart
from loan_space.applicant.form import SentForm, application_form, examples_html
from loan_space.applicant.network_steps import network_html
from loan_space.applicant.panels import advice_html, answer_html, neighbours_html, problem_html
from loan_space.applicant.second_opinions import opinions_html
from loan_space.explanations import as_advice, as_explanation
from loan_space.serving import Answered, Served, answer, as_prediction
from loan_space.waterfall import waterfall_html
from shared.errors import InputError
from shared.loan.why.ice_curves import curve
from shared.page.html import asset, text

# Quick enough to follow a finger, so without the queue; of what piles up only the last is asked.
FOLLOWING: dict[str, Any] = {
    "queue": False,
    "api_visibility": "private",
    "show_progress": "hidden",
    "trigger_mode": "always_last",
}
SLOW: dict[str, Any] = {
    "api_visibility": "private",
    "show_progress": "hidden",
    "concurrency_id": "opinions",
    "concurrency_limit": 2,
}
WAITING = '<p class="soft" role="status">Asking two other methods ...</p>'
ASK = '<p class="soft">Two other methods look at the same answers; they take a moment.</p>'


@dataclass(frozen=True)
class ApplicantView:
    """The handlers of the tab, with what they answer from."""

    served: Served

    def follow(self, sent: SentForm) -> str:
        """Both answers, at once: the only one that writes them, so that no older answer that took
        its time overwrites a newer one.
        """
        try:
            answered = answer(self.served, sent.values)
        except InputError as error:
            return problem_html(str(error))
        return answer_html(as_prediction(self.served, answered))

    def settle(self, sent: SentForm, over: str) -> tuple[Any, ...]:
        """Reasons, advice, curve, neighbours and steps, once somebody has stopped."""
        try:
            answered = answer(self.served, sent.values)
        except InputError:
            return "", "", over, "", "", "", ASK  # the answer's place says what is wrong
        name = sent.changed if sent.changed in self._curved() else over
        return (
            waterfall_html(as_explanation(self.served, answered)),
            advice_html(as_advice(self.served, answered)),
            name,
            self._curve(answered, name),
            neighbours_html(self.served, answered),
            network_html(self.served, answered),
            ASK,
        )

    def what_if(self, sent: SentForm, over: str) -> str:
        """The curve over another field."""
        try:
            return self._curve(answer(self.served, sent.values), over)
        except InputError:
            return ""  # the answer's place says what is wrong

    def opinions(self, sent: SentForm) -> str:
        """The second opinions."""
        try:
            return opinions_html(self.served, answer(self.served, sent.values))
        except InputError as error:
            return problem_html(str(error))

    def _curved(self) -> list[str]:
        return [field.name for field in self.served.predictor.decision.used_fields]

    def _curve(self, answered: Answered, name: str) -> str:
        fields = self.served.fields
        k = [field.name for field in fields].index(name)
        population = self.served.predictor.population.table
        over = curve(self.served.score, fields, answered.application.row, k, population)
        return curve_chart.curve_html(fields[k], over, self.served.threshold)


def build(served: Served) -> None:
    """Lay out the tab and say what follows what."""
    view, decision = ApplicantView(served), served.predictor.decision
    choices = [(field.label, field.name) for field in decision.used_fields]
    first = next(field for field in decision.used_fields if field.change is not None)
    with gr.Row(elem_classes="columns"):
        with gr.Column(scale=5, min_width=320):
            strip = examples_html(served.checkpoint.folder)
            text(strip, "of-examples", js_on_load=asset(ASSETS, "values.js"))
            form = application_form(served.fields, decision.used_fields, served.checkpoint.revision)
        with gr.Column(scale=6, min_width=320):
            shown = text("", "of-answer")
            why = text("", "of-why")
            advised = text("", "of-advice", js_on_load=asset(ASSETS, "values.js"))
            with gr.Column(elem_classes="what-if evidence of-curve"):
                over = gr.Dropdown(choices, value=first.name, label="What if this were another ...")
                drawn = text("")
            near = text("", "of-near")
            with gr.Accordion(
                "More: second opinions by other methods", open=False, elem_classes="more of-more"
            ):
                asked = gr.Button("Ask for second opinions", elem_classes="stop")
                opinions = text(ASK)
    decided = text("", "of-inside")
    form.input(view.follow, form, shown, **FOLLOWING)
    settled = [why, advised, over, drawn, near, decided, opinions]
    form.release(view.settle, [form, over], settled, **FOLLOWING)
    over.input(view.what_if, [form, over], drawn, **FOLLOWING)
    asked.click(lambda: WAITING, outputs=opinions, **FOLLOWING).then(
        view.opinions, form, opinions, **SLOW
    )
