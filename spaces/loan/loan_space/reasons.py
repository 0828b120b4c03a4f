"""Why, in sentences: which fields spoke for and against, and through which the models differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from loan_space.schema import Contribution, Explanation, Reason
from loan_space.serving import Answered, Served, as_prediction
from loan_space.wording import NAMES, points
from shared.loan.fields.application import say
from shared.loan.fields.declared import Field
from shared.loan.models.registry import MODELS
from shared.loan.why.differ import Cause, why_they_differ
from shared.loan.why.shapley import Contributions, shapley
from shared.wording import listed

Row = NDArray[np.float64]  # (F,) an applicant

MOST_REASONS = 3
WORTH_SAYING = 0.015  # a contribution below that is none to the eye
SAME = 0.03  # answers closer than that are called alike


def contributions_of(served: Served, row: Row) -> Contributions:
    """Exact Shapley values of both models for an applicant, against the recorded background."""
    predictor = served.predictor
    background = predictor.population.table[predictor.population.background]
    return shapley(served.score, row, background, predictor.decision.used)


def as_explanation(served: Served, answered: Answered, found: Contributions) -> Explanation:
    """The answer and its reasons as the API returns them."""
    causes = why_they_differ(found, served.fields)
    difference: list[Reason] = [
        {"field": served.fields[each.field].name, "points": float(each.points)} for each in causes
    ]
    return {
        **as_prediction(served, answered),
        "base": {model: float(share) for model, share in zip(MODELS, found.base, strict=True)},
        "contributions": contributions(served, answered, found),
        "reasons": reasons(served, answered.application.row, found),
        "difference": difference,
        "difference_text": difference_sentence(served, found, causes),
    }


def contributions(served: Served, answered: Answered, found: Contributions) -> list[Contribution]:
    """Every field with what it adds to each answer, in the order of the fields."""
    rows = zip(served.fields, answered.application.row, found.values, strict=True)
    return [
        {
            "field": field.name,
            "label": field.label,
            "value": say(field, value),
            "ml": float(added[0]),
            "ann": float(added[1]),
        }
        for field, value, added in rows
    ]


def reasons(served: Served, row: Row, found: Contributions) -> list[str]:
    """The fields that moved the answers most, a sentence each."""
    mean = found.values.mean(axis=1)
    order = [k for k in np.argsort(-np.abs(mean)) if abs(mean[k]) >= WORTH_SAYING]
    return [_reason(served.fields[k], row[k], found.values[k]) for k in order[:MOST_REASONS]]


def _reason(field: Field, value: float, added: Sequence[float]) -> str:
    said = f"{field.label} ({say(field, value)})"
    ml, ann = added
    if ml * ann < 0:
        ways = ("for", "against") if ml > 0 else ("against", "for")
        return (
            f"{said} speaks {ways[0]} approval with machine learning ({points(ml)}) and {ways[1]} "
            f"it with the neural network ({points(ann)})."
        )
    way = "for" if ml + ann > 0 else "against"
    return (
        f"{said} speaks {way} approval: {points(ml)} with machine learning, {points(ann)} with the "
        "neural network."
    )


def difference_sentence(served: Served, found: Contributions, causes: Sequence[Cause]) -> str:
    """Through which fields the two models differ."""
    gap = float(found.answer[0] - found.answer[1])
    if abs(gap) < SAME:
        return "The two models give nearly the same probability."
    surer = NAMES["ml" if gap > 0 else "ann"]
    start = f"{surer} gives the approval {points(gap)} more"
    if not causes:
        return f"{start}; no single field stands out, it is a little of everything."
    names = [
        f"{served.fields[each.field].label.lower()} ({points(each.points)})" for each in causes
    ]
    return f"{start}, mostly through {listed(names, 'and')}."
