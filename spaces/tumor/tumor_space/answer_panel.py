"""The answer as HTML: the class first, then how sure, the set, the bars, and what it is not."""

from __future__ import annotations

from html import escape

from shared.wording import percent
from tumor_space.schema import Prediction
from tumor_space.wording import LIMITS, NOT_A_DIAGNOSIS, class_words

WELCOME = f"""
<div class="panel welcome" role="status" aria-live="polite">
  <h2>Which tumor does this slice show?</h2>
  <p>Give the page one slice of a brain MRI. A small network says whether it shows a glioma, a
  meningioma, a pituitary tumor or none, how sure it is, where it looked, and how far that picture
  can be trusted.</p> <p>No slice at hand? Take one of the examples.</p>
  <p class="limits"><strong>{NOT_A_DIAGNOSIS}</strong> {LIMITS}</p>
</div>
"""


def answer_html(prediction: Prediction) -> str:
    """The panel for an answer or a refusal."""
    body = _refusal(prediction) if prediction["refusal"] else _answer(prediction)
    return (
        f'<div class="panel" role="status" aria-live="polite">{body}{_notes(prediction["notes"])}'
        f'<p class="limits"><strong>{NOT_A_DIAGNOSIS}</strong> {LIMITS}</p></div>'
    )


def error_html(reason: str) -> str:
    """The panel for a file that cannot be used: a sentence in place of the answer."""
    return (
        '<div class="panel problem" role="alert"><p class="kicker">No answer</p>'
        f'<h2 class="answer small">This file cannot be used</h2><p class="lead">{escape(reason)}'
        "</p></div>"
    )


def _answer(prediction: Prediction) -> str:
    share = percent(prediction["probabilities"][prediction["label"] or ""])
    return (
        '<p class="kicker">The network\'s answer</p>'
        f'<h2 class="answer">{escape(prediction["label_text"].capitalize())}</h2>'
        f'<p class="lead"><strong>{share}</strong> likely, by a probability that was calibrated.'
        "</p>"
        f'<p class="set">{escape(prediction["set_text"])}</p>{_bars(prediction)}'
    )


def _refusal(prediction: Prediction) -> str:
    return (
        '<p class="kicker">No answer</p><h2 class="answer small">Not a brain MRI slice, it seems'
        "</h2>"
        f'<p class="lead">{escape(prediction["refusal"] or "")}</p>'
        f'<p class="set">Likeness to the slices it knows: {prediction["gate_score"]:.2f} of 1. '
        "One axial, coronal or sagittal slice of a head, not a whole scan or a screen photo, works "
        "best.</p>"
    )


def _bars(prediction: Prediction) -> str:
    rows = sorted(prediction["probabilities"].items(), key=lambda item: -item[1])
    bars = "".join(_bar(prediction, *row) for row in rows)
    return f'<ul class="bars" aria-label="Probability of each class">{bars}</ul>'


def _bar(prediction: Prediction, label: str, share: float) -> str:
    inside = label in prediction["prediction_set"]
    mark = ' <span class="in-set">in the set</span>' if inside else ""
    return (
        f'<li class="{"inside" if inside else ""}"><span '
        f'class="bar-name">{escape(class_words(label))}{mark}</span>'
        f'<span class="bar-share">{percent(share)}</span>'
        f'<span class="bar" aria-hidden="true"><span style="width:{share * 100:.1f}%"></span>'
        "</span></li>"
    )


def _notes(notes: list[str]) -> str:
    if not notes:
        return ""
    items = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return f'<ul class="notes" aria-label="How the file was read">{items}</ul>'
