"""The classes: what people call them, and which one means that there is no tumor.

The network's own order of labels stands in its `decision.json`; this is about their meaning. A new
class gets a row here; one that is missing is shown by its label.
"""

from collections.abc import Sequence

HEALTHY = "notumor"
CLASS_WORDS = {
    "glioma": "glioma",
    "meningioma": "meningioma",
    HEALTHY: "no tumor",
    "pituitary": "pituitary tumor",
}


def class_words(label: str) -> str:
    """A class inside a sentence: "no tumor" for the label "notumor"."""
    return CLASS_WORDS.get(label, label)


def texts_of(labels: Sequence[str]) -> dict[str, str]:
    """The words for each of some labels."""
    return {label: class_words(label) for label in labels}
