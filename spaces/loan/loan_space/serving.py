"""The checkpoint in memory, and an applicant answered: what the page and the API share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loan_space.schema import ModelAnswer, Prediction, Verdict
from loan_space.wording import LIMITS, NOT_A_DECISION, UNLIKE
from shared.checkpoint.contract import EVALUATION_FILE, read_json
from shared.checkpoint.source import LoadedCheckpoint
from shared.loan.fields.application import Application, read_application
from shared.loan.fields.declared import Fields
from shared.loan.models.predictor import Predictor, approval, load_predictor
from shared.loan.models.registry import MODELS, Score
from shared.loan.why.neighbours import Crowd, crowd, novelty
from shared.page.schema import Revision, revision_of

SENTENCES: dict[Verdict, str] = {
    "approve": "Both models would approve.",
    "refuse": "Both models would refuse.",
    "disagree": "The two models disagree.",
}


@dataclass(frozen=True)
class Served:
    """What this process answers with; the evaluation is empty when the checkpoint has none."""

    checkpoint: LoadedCheckpoint
    predictor: Predictor
    evaluation: dict[str, Any]

    @cached_property
    def fields(self) -> Fields:
        """Of an application."""
        return self.predictor.decision.fields

    @cached_property
    def score(self) -> Score:
        """All models, as the explanations know them."""
        return partial(approval, self.predictor)

    @cached_property
    def threshold(self) -> float:
        """Approve from this probability on."""
        return self.predictor.decision.threshold

    @cached_property
    def crowd(self) -> Crowd:
        """The simulated applicants, prepared once for finding those who are like one."""
        decision = self.predictor.decision
        return crowd(decision.used_fields, self.predictor.population.table[:, decision.used])

    @cached_property
    def revision(self) -> Revision:
        """What every answer carries."""
        return revision_of(self.checkpoint)


@dataclass(frozen=True)
class Answered:
    """An applicant with the answers.

    Attributes:
        application: what was read.
        probabilities: (M,) calibrated probability of approval, by `MODELS`.
        unlike: whether the applicant is unlike all that the models have seen.
    """

    application: Application
    probabilities: NDArray[np.float64]
    unlike: bool


def serve(loaded: LoadedCheckpoint) -> Served:
    """Open a checkpoint for answering."""
    return Served(loaded, load_predictor(loaded.folder), read_json(loaded.folder / EVALUATION_FILE))


def answer(served: Served, values: Mapping[str, object]) -> Answered:
    """Read an applicant and answer.

    Raises:
        InputError: a value is not one that its field can have.
    """
    return answer_application(served, read_application(served.fields, values))


def answer_application(served: Served, application: Application) -> Answered:
    """Answer for an applicant."""
    decision, table = served.predictor.decision, application.row[None]
    distance = novelty(served.crowd, table[:, decision.used])[0]
    probabilities = approval(served.predictor, table)[0]
    return Answered(application, probabilities, bool(distance > decision.novelty))


def as_prediction(served: Served, answered: Answered) -> Prediction:
    """The answer as the API returns it."""
    decision = served.predictor.decision
    models: dict[str, ModelAnswer] = {
        key: {
            "name": name,
            "probability": float(probability),
            "approves": bool(probability >= decision.threshold),
        }
        for key, name, probability in zip(
            MODELS, decision.names, answered.probabilities, strict=True
        )
    }
    approves = [model["approves"] for model in models.values()]
    notes = list(answered.application.notes) + ([UNLIKE] if answered.unlike else [])
    return {
        "answer": verdict(approves),
        "text": SENTENCES[verdict(approves)],
        "agree": len(set(approves)) == 1,
        "models": models,
        "threshold": decision.threshold,
        "unlike": answered.unlike,
        "notes": notes,
        "disclaimer": f"{NOT_A_DECISION} {LIMITS}",
        "revision": served.revision,
    }


def verdict(approves: Sequence[bool]) -> Verdict:
    """What the models say together, from whether each approves."""
    if all(approves):
        return "approve"
    return "disagree" if any(approves) else "refuse"
