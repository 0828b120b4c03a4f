"""What the page and the API share: the checkpoint in memory, and a slice answered from a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.checkpoint.contract import EVALUATION_FILE, read_json
from shared.checkpoint.source import LoadedCheckpoint
from shared.page.schema import Revision, revision_of
from shared.slices.decode import Slice, read_slice
from shared.tumor.predictor import Answer, Predictor, load_predictor, predict
from tumor_space.schema import Prediction
from tumor_space.wording import LIMITS, NOT_A_DIAGNOSIS, class_words, set_sentence

CONFIG_FILE = "config.json"


@dataclass(frozen=True)
class Served:
    """What this process answers with.

    Attributes:
        checkpoint: where it came from.
        predictor: the network and its decision.
        architecture: of the network, as timm names it.
        evaluation: the recorded evaluation; empty when the checkpoint has none.
    """

    checkpoint: LoadedCheckpoint
    predictor: Predictor
    architecture: str
    evaluation: dict[str, Any]

    @property
    def revision(self) -> Revision:
        """What every answer carries."""
        return revision_of(self.checkpoint)


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
    return Served(loaded, predictor, config.get("architecture", "unknown"), evaluation)


def answer_file(served: Served, path: str, frame: int) -> Answered:
    """Read a file and answer for it.

    Raises:
        InputError: the file is no picture that can be read, or has no such frame.
    """
    picture = read_slice(Path(path), frame=frame)
    return Answered(picture, predict(served.predictor, picture.pixels))


def as_prediction(served: Served, answered: Answered) -> Prediction:
    """The answer as the API returns it."""
    answer, picture = answered.answer, answered.slice
    coverage, classes = served.predictor.decision.coverage, len(served.predictor.labels)
    inside = answer.prediction_set
    return {
        "label": answer.label,
        "label_text": class_words(answer.label) if answer.label else "no answer",
        "probabilities": answer.probabilities,
        "prediction_set": list(inside),
        "set_text": set_sentence(inside, coverage, classes) if inside else "",
        "refusal": answer.refusal,
        "gate_score": answer.gate_score,
        "frame": picture.frame,
        "frames": picture.frames,
        "notes": list(picture.notes),
        "disclaimer": f"{NOT_A_DIAGNOSIS} {LIMITS}",
        "revision": served.revision,
    }
