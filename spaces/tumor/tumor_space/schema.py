"""The JSON of the API, as types: clients, the OpenAPI page and MCP tools read them from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

from shared.page.schema import ExplainedRevision, Revision
from shared.tumor.evidence import Verdict
from shared.tumor.methods import METHODS

if TYPE_CHECKING:
    MethodName = str
else:  # the names themselves, for those who read the schema
    MethodName = Literal[tuple(METHODS)]


class Prediction(TypedDict):
    """The answer for one slice."""

    label: str | None
    label_text: str
    probabilities: dict[str, float]
    prediction_set: list[str]
    set_text: str
    refusal: str | None
    gate_score: float
    frame: int
    frames: int
    notes: list[str]
    disclaimer: str
    revision: Revision


class Map(TypedDict):
    """Where the network looked: raw numbers, not normalised, over a square window of the slice (in
    its pixels).
    """

    values: list[list[float]]
    empty: bool
    top: float
    left: float
    side: float
    target: str
    against: str | None
    layer: str
    method: str


class EvidenceOfMap(TypedDict):
    """How a map did against the same map at random places of this slice; shares are 0..1."""

    verdict: Verdict
    sentence: str
    target: str
    against: str | None
    probability: float
    probability_without: float
    probability_with_only: float
    deletion_beats: float
    insertion_beats: float
    trials: int
    marked_share: float


class Explanation(Prediction):
    """The answer with its map, the picture of it, and, if asked for, its evidence."""

    map: Map
    overlay: str
    outline: list[list[list[float]]]
    evidence: EvidenceOfMap | None


class BatchRow(TypedDict):
    """One of many slices: an answer or the reason why there is none."""

    index: int
    prediction: Prediction | None
    error: str | None


class Model(TypedDict):
    """What answers here."""

    task: str
    architecture: str
    labels: list[str]
    label_texts: dict[str, str]
    input_size: int
    layers: list[str]
    methods: list[str]
    coverage: float
    limits: str
    evaluation: dict[str, Any] | None
    revision: ExplainedRevision
