"""Why, and what would change the answer, in sentences: what `/explain` and `/advise` return."""

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from loan_space.schema import Advice, Change, Contribution, Explanation, Suggestion
from loan_space.serving import Answered, Served, as_prediction
from shared.loan.fields.application import as_values, say
from shared.loan.fields.declared import Field, Fields
from shared.loan.models.registry import MODELS, REGISTRY
from shared.loan.why import counterfactuals
from shared.loan.why.shapley import Cause, Contributions, shapley, why_they_differ
from shared.wording import first_up, listed, percent

Row = NDArray[np.float64]  # (F,) an applicant

MOST_REASONS = 3
WORTH_SAYING = 0.015  # a contribution below that is too small to be a reason
SAME = 0.03  # answers closer than that are called nearly the same
ALREADY = "Both models approve as it is; nothing has to change."
OUT_OF_REACH = (
    "Nothing within reach would make both models approve: no change of {fields}, alone or "
    "together, does so within the range of the training data."
)
FOUND = "Each of these alone would make both models approve."
FOUND_ONE = "This would make both models approve."


def contributions_of(served: Served, row: Row) -> Contributions:
    """Exact Shapley values of all models for an applicant, against the recorded background."""
    predictor = served.predictor
    return shapley(served.score, row, predictor.background, predictor.decision.used)


def as_explanation(served: Served, answered: Answered) -> Explanation:
    """The answer and its reasons as the API returns them."""
    parts = contributions_of(served, answered.application.row)
    causes = why_they_differ(parts, served.fields)
    return {
        **as_prediction(served, answered),
        "base": _by_model(parts.base),
        "contributions": contributions(served, answered, parts),
        "reasons": reasons(served, answered.application.row, parts),
        "difference": [{"field": cause.name, "points": float(cause.points)} for cause in causes],
        "difference_text": difference_sentence(served, parts, causes),
    }


def contributions(served: Served, answered: Answered, parts: Contributions) -> list[Contribution]:
    """Every field with what it adds to each answer, in the order of the fields."""
    rows = zip(served.fields, answered.application.row, parts.values, strict=True)
    facts = [
        {"field": field.name, "label": field.label, "value": say(field, value), **_by_model(added)}
        for field, value, added in rows
    ]
    return cast("list[Contribution]", facts)  # its keys name the models of the registry


def reasons(served: Served, row: Row, parts: Contributions) -> list[str]:
    """The fields that moved the answers most, a sentence each."""
    mean = parts.values.mean(axis=1)
    order = [k for k in np.argsort(-np.abs(mean)) if abs(mean[k]) >= WORTH_SAYING]
    return [_reason(served.fields[k], row[k], parts.values[k]) for k in order[:MOST_REASONS]]


def _reason(field: Field, value: float, added: NDArray[np.float64]) -> str:
    start = f"{field.label} ({say(field, value)}) speaks"
    pairs = list(zip(REGISTRY, added, strict=True))
    if added.min() < 0 < added.max():
        ways = [
            f"{_way(one)} {'it' if k else 'approval'} with {model.in_text} ({points(one)})"
            for k, (model, one) in enumerate(pairs)
        ]
        return f"{start} {listed(ways, 'and')}."
    parts = ", ".join(f"{points(one)} with {model.in_text}" for model, one in pairs)
    return f"{start} {_way(added.sum())} approval: {parts}."


def _way(added: float) -> str:
    return "for" if added > 0 else "against"


def difference_sentence(served: Served, parts: Contributions, causes: Sequence[Cause]) -> str:
    """Through which fields the two models differ."""
    gap = float(parts.answer[0] - parts.answer[1])
    if abs(gap) < SAME:
        return "The two models give nearly the same probability."
    surer = first_up(REGISTRY[0 if gap > 0 else 1].in_text)
    start = f"{surer} puts the probability of approval {points(gap)} higher"
    if not causes:
        return f"{start}; no single field stands out, many small differences add up."
    labels = [
        f"{served.fields[cause.field].label.lower()} ({points(cause.points)})" for cause in causes
    ]
    return f"{start}, mostly because of {listed(labels, 'and')}."


def as_advice(served: Served, answered: Answered) -> Advice:
    """The answer and what would change it, as the API returns them."""
    limits = (served.threshold,) * len(MODELS)
    advice = counterfactuals.advise(served.score, served.fields, answered.application.row, limits)
    return {
        **as_prediction(served, answered),
        "kind": advice.kind,
        "advice_text": advice_sentence(served.fields, advice),
        "suggestions": [_suggestion(served.fields, one) for one in advice.changes],
    }


def advice_sentence(fields: Fields, advice: counterfactuals.Advice) -> str:
    """What there is to say before any suggestion."""
    if advice.kind == "already":
        return ALREADY
    if advice.kind == "found":
        return FOUND_ONE if len(advice.changes) == 1 else FOUND
    labels = [f.label.lower() for f in fields if f.change is not None and not f.protected]
    sentence = OUT_OF_REACH.format(fields=listed(labels, "or"))
    if advice.best is None:
        return sentence
    lowest = float(advice.best.probabilities.min())
    return (
        f"{sentence} What comes nearest: {_together(fields, advice.best)}; the lower of the two "
        f"predicted probabilities would then be {percent(lowest)}."
    )


def _suggestion(fields: Fields, suggestion: counterfactuals.Suggestion) -> Suggestion:
    pairs = zip(REGISTRY, suggestion.probabilities, strict=True)
    shown = [f"{percent(float(probability))} by {model.in_text}" for model, probability in pairs]
    return {
        "changes": [_change(fields[k], now, then) for k, now, then in suggestion.changes],
        "probabilities": _by_model(suggestion.probabilities),
        "text": f"{first_up(_together(fields, suggestion))}: then {listed(shown, 'and')}.",
    }


def _together(fields: Fields, suggestion: counterfactuals.Suggestion) -> str:
    return listed([_words(fields[k], now, then) for k, now, then in suggestion.changes], "and")


def _change(field: Field, now: float, then: float) -> Change:
    before, after = (as_values((field,), np.array([value]))[field.name] for value in (now, then))
    return {
        "field": field.name,
        "now": before,
        "then": after,
        "text": _words(field, now, then),
    }


def _words(field: Field, now: float, then: float) -> str:
    """ "amount of the loan 100 thousand instead of 130 thousand"."""
    return f"{field.label.lower()} {say(field, then)} instead of {say(field, now)}"


def _by_model(values: NDArray[np.float64]) -> dict[str, float]:
    return {key: float(value) for key, value in zip(MODELS, values, strict=True)}


def points(difference: float) -> str:
    """A difference of probabilities as people say it: "12 points"."""
    whole = round(abs(difference) * 100)
    if whole < 1:
        return "less than 1 point"
    return "1 point" if whole == 1 else f"{whole} points"
