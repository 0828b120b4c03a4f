"""The panels beside the form: the answer, what would change it, and who is like this one."""

import json
from html import escape

import numpy as np
from numpy.typing import NDArray

from loan_space.applicant.form import as_sent
from loan_space.schema import Advice, Prediction, Suggestion
from loan_space.serving import Answered, Served
from loan_space.wording import LIMITS, NAMES, NOT_A_DECISION, UNLIKE
from shared.loan.fields.application import say
from shared.loan.fields.declared import Field
from shared.loan.models.registry import REGISTRY
from shared.loan.why.neighbours import nearest
from shared.report.blocks import Cell, Label, Marked, Table
from shared.report.html import table_html
from shared.wording import first_up, percent

HEADLINES = {
    "approve": "Eligible, say both",
    "refuse": "Not eligible, say both",
    "disagree": "The two disagree",
}
NEIGHBOURS = 4  # beside the applicant, as many as fit beside the form


def answer_html(prediction: Prediction) -> str:
    """The answer in words first, then how likely by each model, and what it is not."""
    bars = "".join(
        _bar(key, model["probability"], prediction["threshold"])
        for key, model in prediction["models"].items()
    )
    return (
        f'<div class="panel {prediction["answer"]}" role="status" aria-live="polite">'
        '<p class="kicker">Would a loan be granted?</p>'
        f'<h2 class="answer">{HEADLINES[prediction["answer"]]}</h2>'
        f'<p class="lead">{escape(lead(prediction))}</p>'
        f'<ul class="bars" aria-label="Probability of approval">{bars}</ul>{_notes(prediction)}'
        f'<p class="limits"><strong>{NOT_A_DECISION}</strong> {LIMITS}</p></div>'
        f"{_strip(prediction)}"
    )


def _strip(prediction: Prediction) -> str:
    """The answer in a line that stays in sight on a phone, where the panel is below the form."""
    spans = "".join(
        f'<span class="{key}">{NAMES[key]} <b>{percent(model["probability"])}</b></span>'
        for key, model in prediction["models"].items()
    )
    return f'<div class="strip" aria-hidden="true">{spans}</div>'


def lead(prediction: Prediction) -> str:
    """The answer in a sentence."""
    models = [
        f"{percent(prediction['models'][model.key]['probability'])} by {model.in_text}"
        for model in REGISTRY
    ]
    return (
        f"Predicted probability of approval: {', '.join(models)}. A model approves from "
        f"{percent(prediction['threshold'])} on."
    )


def problem_html(reason: str) -> str:
    """The panel for values that cannot be used: a sentence in place of the answer."""
    return (
        '<div class="panel problem" role="alert"><p class="kicker">No answer</p>'
        f'<h2 class="answer small">This cannot be right</h2><p class="lead">{escape(reason)}</p>'
        "</div>"
    )


def _bar(key: str, probability: float, threshold: float) -> str:
    return (
        f'<li class="{key}"><span class="bar-name">{NAMES[key]}</span>'
        f'<span class="bar-share">{percent(probability)}</span>'
        '<span class="bar" aria-hidden="true">'
        f'<span style="width:{probability * 100:.1f}%"></span>'
        f'<i style="left:{threshold * 100:.1f}%"></i></span></li>'
    )


def _notes(prediction: Prediction) -> str:
    if not prediction["notes"]:
        return ""
    items = "".join(f"<li>{escape(note)}</li>" for note in prediction["notes"])
    return f'<ul class="notes" aria-label="What to mind">{items}</ul>'


def advice_html(advice: Advice) -> str:
    """The suggestions, which can be tried in the form, or that there are none."""
    items = "".join(_suggestion(suggestion) for suggestion in advice["suggestions"])
    return (
        '<section class="advice evidence" aria-labelledby="advice-title">'
        '<h3 id="advice-title">What would change the answer</h3>'
        f"<p>{escape(advice['advice_text'])}</p><ul>{items}</ul>"
        '<p class="soft">Only what an applicant can change is tried, and only within the range of '
        "the training data. It says what these models would answer, not what is wise.</p>"
        "</section>"
    )


def _suggestion(suggestion: Suggestion) -> str:
    values = as_sent({change["field"]: change["then"] for change in suggestion["changes"]})
    shown = ", ".join(
        f"{NAMES[key]} {percent(probability)}"
        for key, probability in suggestion["probabilities"].items()
    )
    changes = "<br>".join(escape(first_up(change["text"])) for change in suggestion["changes"])
    return (
        f'<li><div><strong>{changes}</strong><span class="soft">{escape(shown)}</span></div>'
        f'<button type="button" class="quiet" data-values="{escape(json.dumps(values))}">Try it'
        "</button></li>"
    )


def neighbours_html(served: Served, answered: Answered) -> str:
    """A table of the applicant beside the nearest ones; what is the same is set back."""
    decision, population = served.predictor.decision, served.predictor.population
    used = list(decision.used)
    row = answered.application.row[used]
    indices = nearest(served.crowd, row, NEIGHBOURS).indices
    near = population.table[indices][:, used]
    rows = [
        _neighbours_row(field, row[k], near[:, k]) for k, field in enumerate(decision.used_fields)
    ]
    outcomes = ["Granted" if granted else "Refused" for granted in population.approved[indices]]
    heads = ("Field", "This one", *outcomes)
    table = table_html(Table("The most similar simulated applicants", heads, rows))
    warning = f'<p class="verdict">{UNLIKE}</p>' if answered.unlike else ""
    return (
        '<section class="neighbours evidence" aria-labelledby="near-title">'
        f'<h3 id="near-title">Applicants like this one</h3>{warning}'
        f"<p>Of the {NEIGHBOURS} most similar of {len(population.table):,} simulated applicants, "
        f"{outcomes.count('Granted')} got the loan. They are drawn from a model of the training "
        "data, and their outcomes from the probabilities that the two models predict; none of them "
        f"exists.</p>{table}</section>"
    )


def _neighbours_row(field: Field, own: float, values: NDArray[np.float64]) -> list[Cell]:
    shown = _without_unit(field, own)
    others = (_without_unit(field, value) for value in values)
    name = Label(field.label, field.unit) if field.unit else field.label
    return [name, shown, *(Marked(text, "same" if text == shown else "other") for text in others)]


def _without_unit(field: Field, value: float) -> str:
    """A value without its unit, which the row's head names."""
    return say(field, value).removesuffix(field.unit).strip()
