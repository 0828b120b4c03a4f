"""The answer as HTML: in words first, then how likely by each model, and what it is not."""

from __future__ import annotations

from html import escape

from loan_space.schema import Prediction
from loan_space.wording import LIMITS, NAMES, NOT_A_DECISION
from shared.wording import percent

HEADLINES = {
    "approve": "Eligible, say both",
    "refuse": "Not eligible, say both",
    "disagree": "The two disagree",
}


def answer_html(prediction: Prediction) -> str:
    """The panel for both answers."""
    bars = "".join(
        _bar(model, each["probability"], prediction["threshold"])
        for model, each in prediction["models"].items()
    )
    return (
        f'<div class="panel {prediction["answer"]}" role="status" aria-live="polite">'
        '<p class="kicker">Would a loan be granted?</p>'
        f'<h2 class="answer">{HEADLINES[prediction["answer"]]}</h2>'
        f'<p class="lead">{escape(lead(prediction))}</p>'
        f'<ul class="bars" aria-label="Probability of approval">{bars}</ul>{_notes(prediction)}'
        f"{limits_html()}</div>{_strip(prediction)}"
    )


def _strip(prediction: Prediction) -> str:
    """The answer in a line that stays in sight on a phone, where the panel is below the form."""
    shares = "".join(
        f'<span class="{model}">{NAMES[model]} <b>{percent(each["probability"])}</b></span>'
        for model, each in prediction["models"].items()
    )
    return f'<div class="strip" aria-hidden="true">{shares}</div>'


def lead(prediction: Prediction) -> str:
    """The answer in a sentence."""
    ml, ann = (prediction["models"][model]["probability"] for model in ("ml", "ann"))
    return (
        f"Machine learning gives an approval {percent(ml)}, the neural network {percent(ann)}; "
        f"from {percent(prediction['threshold'])} on, a model approves."
    )


def problem_html(reason: str) -> str:
    """The panel for values that cannot be used: a sentence in place of the answer."""
    return (
        '<div class="panel problem" role="alert"><p class="kicker">No answer</p>'
        f'<h2 class="answer small">This cannot be right</h2><p class="lead">{escape(reason)}</p>'
        "</div>"
    )


def limits_html() -> str:
    """What the answers are not."""
    return f'<p class="limits"><strong>{NOT_A_DECISION}</strong> {LIMITS}</p>'


def _bar(model: str, share: float, threshold: float) -> str:
    return (
        f'<li class="{model}"><span class="bar-name">{NAMES[model]}</span>'
        f'<span class="bar-share">{percent(share)}</span><span class="bar" aria-hidden="true">'
        f'<span style="width:{share * 100:.1f}%"></span>'
        f'<i style="left:{threshold * 100:.1f}%"></i></span></li>'
    )


def _notes(prediction: Prediction) -> str:
    if not prediction["notes"]:
        return ""
    items = "".join(f"<li>{escape(note)}</li>" for note in prediction["notes"])
    return f'<ul class="notes" aria-label="What to mind">{items}</ul>'
