"""The answer and the evidence of its map, as HTML: what matters first, what it rests on behind."""

from html import escape

from shared.tumor.classes import CLASS_WORDS, HEALTHY, class_words
from shared.wording import percent
from tumor_space.schema import EvidenceOfMap, Prediction
from tumor_space.serving import LIMITS, NOT_A_DIAGNOSIS

TUMORS = ", ".join(f"a {words}" for label, words in CLASS_WORDS.items() if label != HEALTHY)
WELCOME = f"""
<div class="panel welcome" role="status" aria-live="polite">
  <h2>Which tumor does this slice show?</h2>
  <p>Give the page one slice of a brain MRI. A small network says whether it shows {TUMORS} or
  none, how sure it is, where it looked, and how far the map of where it looked can be trusted.</p>
  <p>No slice at hand? Take one of the examples.</p>
  <p class="limits"><strong>{NOT_A_DIAGNOSIS}</strong> {LIMITS}</p>
</div>
"""
TITLE = "How far to trust this map"
VERDICTS = {
    "points": "This map can be read, with care",
    "chance": "Do not rely on this map here",
    "empty": "The map is empty",
    "negative": "The whole map speaks against this class",
}


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
    probability = percent(prediction["probabilities"][prediction["label"] or ""])
    return (
        '<p class="kicker">The network\'s answer</p>'
        f'<h2 class="answer">{escape(prediction["label_text"].capitalize())}</h2>'
        f'<p class="lead">Predicted probability: <strong>{probability}</strong>, calibrated.</p>'
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
    return f'<ul class="bars" aria-label="Predicted probability of each class">{bars}</ul>'


def _bar(prediction: Prediction, label: str, probability: float) -> str:
    inside = label in prediction["prediction_set"]
    mark = ' <span class="in-set">in the set</span>' if inside else ""
    return (
        f'<li class="{"inside" if inside else ""}"><span '
        f'class="bar-name">{escape(class_words(label))}{mark}</span>'
        f'<span class="bar-share">{percent(probability)}</span>'
        f'<span class="bar" aria-hidden="true"><span style="width:{probability * 100:.1f}%"></span>'
        "</span></li>"
    )


def _notes(notes: list[str]) -> str:
    if not notes:
        return ""
    items = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return f'<ul class="notes" aria-label="What to know of this picture">{items}</ul>'


def waiting_html(doing: str) -> str:
    """The panel while something is worked out."""
    return f'<div class="evidence waiting" role="status">{escape(doing)} …</div>'


def progress_html(doing: str, share: float) -> str:
    """The panel while a slow method runs; `share` is 0..1."""
    return (
        f'<div class="evidence waiting" role="status">{escape(doing)}: {share * 100:.0f} % '
        f'<progress max="1" value="{share:.2f}" aria-label="{escape(doing)}"></progress></div>'
    )


def problem_html(reason: str) -> str:
    """The panel for a choice that cannot be explained."""
    return f'<div class="evidence problem" role="alert"><p>{escape(reason)}</p></div>'


def stopped_html() -> str:
    """The panel after the visitor has stopped a slow method."""
    return (
        '<div class="evidence" role="status">'
        "<p>Stopped. The map shown is the last one that was finished.</p></div>"
    )


def evidence_html(evidence: EvidenceOfMap) -> str:
    """The panel for the evidence of a map."""
    details = _details(evidence) if evidence["trials"] else ""
    return (
        f'<div class="evidence {evidence["verdict"]}" role="status"><h3>{TITLE}</h3>'
        f'<p class="verdict">{VERDICTS[evidence["verdict"]]}.</p><p>{escape(evidence["sentence"])}'
        f"</p>{details}</div>"
    )


def _details(evidence: EvidenceOfMap) -> str:
    name = class_words(evidence["target"])
    rows = (
        ("Predicted probability of " + name, percent(evidence["probability"])),
        ("with what is marked removed", percent(evidence["probability_without"])),
        ("with all but what is marked blurred", percent(evidence["probability_with_only"])),
        ("Random places that change it less when removed", percent(evidence["deletion_beats"])),
        ("Random places that keep less of it alone", percent(evidence["insertion_beats"])),
        ("Share of the square that is marked", percent(evidence["marked_share"])),
    )
    items = "".join(
        f"<div><dt>{escape(term)}</dt><dd>{escape(value)}</dd></div>" for term, value in rows
    )
    return f"<details><summary>What this rests on</summary><dl>{items}</dl></details>"
