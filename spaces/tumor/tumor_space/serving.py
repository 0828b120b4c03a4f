"""What the page and the API share: the checkpoint in memory, a slice answered, and its words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor
from pathlib import Path
from typing import Any

from shared.checkpoint.contract import EVALUATION_FILE, read_json
from shared.checkpoint.source import LoadedCheckpoint
from shared.errors import InputError
from shared.page.schema import Revision, revision_of
from shared.slices.decode import Slice, read_slice
from shared.tumor.classes import class_words
from shared.tumor.predictor import Answer, Predictor, load_predictor, predict
from shared.wording import listed, percent
from tumor_space.schema import BatchRow, Prediction

CONFIG_FILE = "config.json"
MOST_FILES = 100
COUNTED = "slices"  # what progress and the figures of an evaluation count
NOT_A_DIAGNOSIS = "Not a diagnosis."
LIMITS = (
    "A demonstration of what a small network can and cannot see in one slice. It was never tested "
    "for patients and must not be used for medical decisions."
)


@dataclass(frozen=True)
class Served:
    """What this process answers with; the evaluation is empty when the checkpoint has none."""

    checkpoint: LoadedCheckpoint
    predictor: Predictor
    architecture: str
    evaluation: dict[str, Any]
    revision: Revision


@dataclass(frozen=True)
class Answered:
    """A slice with its answer."""

    slice: Slice
    answer: Answer


def serve(loaded: LoadedCheckpoint) -> Served:
    """Open a checkpoint for answering."""
    config = read_json(loaded.folder / CONFIG_FILE)
    evaluation = read_json(loaded.folder / EVALUATION_FILE)
    predictor = load_predictor(loaded.folder)
    architecture = config.get("architecture", "unknown")
    return Served(loaded, predictor, architecture, evaluation, revision_of(loaded))


def answer_file(served: Served, path: str, frame: int) -> Answered:
    """Read a file and answer for it.

    Raises:
        InputError: the file cannot be read as a picture, or has no such frame.
    """
    picture = read_slice(Path(path), frame=frame)
    return Answered(picture, predict(served.predictor, picture.pixels, picture.colourfulness))


def as_prediction(served: Served, answered: Answered) -> Prediction:
    """The answer as the API returns it."""
    answer, picture = answered.answer, answered.slice
    decision = served.predictor.decision
    inside = answer.prediction_set
    far = coverage_far_from_home(served.evaluation) if answer.unlike else None
    coverage = decision.coverage if far is None else min(far, decision.coverage)
    note = [unlike_sentence(far)] if answer.unlike and inside else []
    return {
        "label": answer.label,
        "label_text": class_words(answer.label) if answer.label else "no answer",
        "probabilities": answer.probabilities,
        "prediction_set": list(inside),
        "set_text": set_sentence(inside, coverage, len(decision.labels)) if inside else "",
        "refusal": answer.refusal,
        "gate_score": answer.gate_score,
        "frame": picture.frame,
        "frames": picture.frames,
        "notes": [*note, *picture.notes],
        "disclaimer": f"{NOT_A_DIAGNOSIS} {LIMITS}",
        "revision": served.revision,
    }


def coverage_far_from_home(evaluation: Mapping[str, Any]) -> float | None:
    """How often the set held the truth for pictures of other hospitals that are unlike those that
    the network learned from (0..1); None where it was not measured.
    """
    coverage = evaluation.get("elsewhere", {}).get("far", {}).get("coverage", {})
    value: float | None = coverage.get("value")
    return value


def unlike_sentence(coverage: float | None) -> str:
    """What a picture that is unlike those that the network learned from means for its answer."""
    unlike = "This picture is unlike those that the network learned from"
    if coverage is None:
        return f"{unlike}; how often its set holds the right class was not measured."
    return (
        f"{unlike}; of such pictures the set held the right class in {floor(coverage * 100)} of "
        "100 (measured on slices of other hospitals)."
    )


def check_count(count: int) -> None:
    """Refuse none and too many.

    Raises:
        InputError: no file, or more than `MOST_FILES`.
    """
    if count == 0:
        raise InputError("No file was sent. Send 1 to 100 slices.")
    if count > MOST_FILES:
        raise InputError(
            f"{count} files were sent; at most {MOST_FILES} are answered at a time. Send fewer."
        )


def answer_row(served: Served, index: int, path: str) -> BatchRow:
    """Answer for one of many; a bad file ends its row, not the rest."""
    try:
        prediction = as_prediction(served, answer_file(served, path, frame=0))
    except InputError as error:
        return {"index": index, "prediction": None, "error": str(error)}
    return {"index": index, "prediction": prediction, "error": None}


def either(labels: Sequence[str]) -> str:
    """ "glioma", "glioma or meningioma", "glioma, meningioma or no tumor"."""
    return listed([class_words(label) for label in labels], "or")


def set_sentence(labels: Sequence[str], coverage: float, classes: int) -> str:
    """What the prediction set says, likeliest class first, with how often such a set is right."""
    promise = f"the set holds the truth at least {floor(coverage * 100 + 1e-6)} times in 100"
    if len(labels) == classes:
        return f"It could be any of the {classes} classes; {promise}."
    if len(labels) == 1:
        return f"{class_words(labels[0]).capitalize()} alone is in the set; {promise}."
    return f"{either(labels).capitalize()}; {promise}."


def answer_sentence(answer: Answer) -> str:
    """The result in one sentence, for those who do not see the picture."""
    if answer.label is None:
        return f"No answer. {answer.refusal}"
    share = percent(answer.probabilities[answer.label])
    return f"{class_words(answer.label).capitalize()}, {share} likely. {NOT_A_DIAGNOSIS}"
