"""The JSON of the API, as types: clients, the OpenAPI page and MCP tools read them from here."""

from typing import Any, Literal, TypedDict

from shared.page.schema import ExplainedRevision, Revision

Verdict = Literal["approve", "refuse", "disagree"]


class ModelAnswer(TypedDict):
    """What one model says; the probability of approval is calibrated, 0..1."""

    name: str
    probability: float
    approves: bool


class Prediction(TypedDict):
    """Both answers for one applicant; `models` has the keys `ml` and `ann`."""

    answer: Verdict
    text: str
    agree: bool
    models: dict[str, ModelAnswer]
    threshold: float
    unlike: bool
    notes: list[str]
    disclaimer: str
    revision: Revision


class Contribution(TypedDict):
    """What one field adds to each answer: exact Shapley values, in probability."""

    field: str
    label: str
    value: str
    ml: float
    ann: float


class Reason(TypedDict):
    """A field through which the two models differ; points are probability, ML minus ANN."""

    field: str
    points: float


class Explanation(Prediction):
    """The answers and why: `base` plus all contributions of a model is its probability."""

    base: dict[str, float]
    contributions: list[Contribution]
    reasons: list[str]
    difference: list[Reason]
    difference_text: str


class Change(TypedDict):
    """One field to change."""

    field: str
    now: float | str | None
    then: float | str | None
    text: str


class Suggestion(TypedDict):
    """Changes after which both models approve."""

    changes: list[Change]
    probabilities: dict[str, float]
    text: str


class Advice(Prediction):
    """The answers and what would change them: `kind` is `already`, `found` or `out of reach`."""

    kind: str
    advice_text: str
    suggestions: list[Suggestion]


class FieldFacts(TypedDict):
    """One field of an application."""

    name: str
    column: str
    label: str
    help: str
    kind: str
    unit: str
    lowest: float | None
    highest: float | None
    seen: list[float] | None
    choices: list[dict[str, str]]
    default: float | str | None
    change: str | None
    protected: bool
    used: bool


class Schema(TypedDict):
    """The fields of an application, in order; all may be left out."""

    fields: list[FieldFacts]
    csv_template: str
    revision: Revision


class Model(TypedDict):
    """What answers here."""

    task: str
    models: dict[str, str]
    threshold: float
    fields: list[str]
    used: list[str]
    limits: str
    evaluation: dict[str, Any] | None
    revision: ExplainedRevision
