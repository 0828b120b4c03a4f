"""What would change the answer, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from loan_space.schema import Advice, Change, Suggestion
from loan_space.serving import Answered, Served, as_prediction
from loan_space.wording import first_up
from shared.loan.fields.application import as_values, say
from shared.loan.fields.declared import Field, Fields
from shared.loan.models.registry import MODELS
from shared.loan.why import advice
from shared.wording import listed, percent

ALREADY = "Both models approve as it is; nothing has to change."
OUT_OF_REACH = (
    "Nothing within reach would make both models approve: no change of {fields}, alone or "
    "together, does it within what the models have seen."
)
FOUND = "Each of these alone would make both models approve."
FOUND_ONE = "This would make both models approve."


def as_advice(served: Served, answered: Answered) -> Advice:
    """The answer and what would change it, as the API returns them."""
    limits = (served.threshold,) * len(MODELS)
    found = advice.advise(served.score, served.fields, answered.application.row, limits)
    return {
        **as_prediction(served, answered),
        "kind": found.kind,
        "advice_text": advice_sentence(served.fields, found),
        "suggestions": [_suggestion(served.fields, each) for each in found.changes],
    }


def advice_sentence(fields: Fields, found: advice.Advice) -> str:
    """What there is to say before any suggestion."""
    if found.kind == "already":
        return ALREADY
    if found.kind == "found":
        return FOUND_ONE if len(found.changes) == 1 else FOUND
    names = [f.label.lower() for f in fields if f.change is not None and not f.protected]
    sentence = OUT_OF_REACH.format(fields=listed(names, "or"))
    if found.best is None:
        return sentence
    nearest = min(float(share) for share in found.best.probabilities)
    return (
        f"{sentence} It would get furthest with {_together(fields, found.best)}: the model that is "
        f"less inclined would still say {percent(nearest)}."
    )


def _suggestion(fields: Fields, each: advice.Suggestion) -> Suggestion:
    shares = {model: float(p) for model, p in zip(MODELS, each.probabilities, strict=True)}
    return {
        "changes": [_change(fields, *change) for change in each.changes],
        "probabilities": shares,
        "text": f"{first_up(_together(fields, each))}: then {percent(shares['ml'])} by machine "
        f"learning and {percent(shares['ann'])} by the neural network.",
    }


def _together(fields: Fields, each: advice.Suggestion) -> str:
    return listed([_words(fields[k], now, then) for k, now, then in each.changes], "and")


def _change(fields: Fields, k: int, now: float, then: float) -> Change:
    values: Sequence[float | str | None] = [
        as_values((fields[k],), np.array([value]))[fields[k].name] for value in (now, then)
    ]
    return {
        "field": fields[k].name,
        "now": values[0],
        "then": values[1],
        "text": _words(fields[k], now, then),
    }


def _words(field: Field, now: float, then: float) -> str:
    """ "amount of the loan 100 thousand instead of 130 thousand"."""
    return f"{field.label.lower()} {say(field, then)} instead of {say(field, now)}"
