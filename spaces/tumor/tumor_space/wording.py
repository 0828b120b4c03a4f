"""Answers in words: what the page says and what the API returns beside its numbers."""

from __future__ import annotations

from collections.abc import Sequence

from shared.tumor.predictor import Answer
from shared.wording import listed, percent

CLASS_WORDS = {
    "glioma": "glioma",
    "meningioma": "meningioma",
    "notumor": "no tumor",
    "pituitary": "pituitary tumor",
}
METHOD_WORDS = {
    "gradcam": "Grad-CAM",
    "integrated_gradients": "Integrated Gradients",
    "occlusion": "Occlusion",
}
METHOD_CHOICES = [
    ("Grad-CAM: at once, coarse", "gradcam"),
    ("Integrated Gradients: pixel by pixel, seconds", "integrated_gradients"),
    ("Occlusion: covers place after place, seconds", "occlusion"),
]
COUNTED = "slices"  # what the figures of an evaluation count
NOT_A_DIAGNOSIS = "Not a diagnosis."
LIMITS = (
    "A demonstration of what a small network can and cannot see in one slice. It was never tested "
    "for patients and must not be used for medical decisions."
)


def class_words(label: str) -> str:
    """The words for a class name; an unknown name is shown as it is."""
    return CLASS_WORDS.get(label, label)


def either(labels: Sequence[str]) -> str:
    """ "glioma", "glioma or meningioma", "glioma, meningioma or no tumor"."""
    return listed([class_words(label) for label in labels], "or")


def set_sentence(labels: Sequence[str], coverage: float, classes: int) -> str:
    """What the prediction set says, with how often such a set is right.

    Args:
        labels: the classes of the set, likeliest first; at least one.
        coverage: share of sets that hold the truth, 0..1.
        classes: how many classes there are.
    """
    promise = f"the set holds the truth at least {coverage * 100:.0f} times in 100"
    if len(labels) == classes:
        return f"It could be any of the {classes} classes; {promise}."
    if len(labels) == 1:
        return f"{either(labels).capitalize()} alone is in the set; {promise}."
    return f"{either(labels).capitalize()}; {promise}."


def answer_sentence(answer: Answer) -> str:
    """The result in one sentence, for those who do not see the picture."""
    if answer.label is None:
        return f"No answer. {answer.refusal}"
    share = percent(answer.probabilities[answer.label])
    return f"{class_words(answer.label).capitalize()}, {share} likely. {NOT_A_DIAGNOSIS}"
