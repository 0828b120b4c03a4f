"""The models that answer, declared in this one place.

Whoever adds a model adds a row here: its key in files and answers, and what people call it. The
order is that of the columns of every (N, M) array of probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelName:
    """What one of the models is called.

    Attributes:
        key: in records, answers and style sheets.
        title: at the beginning of a line, in legends and heads of tables.
        in_text: inside a sentence.
        short: where there is room for a few letters only.
    """

    key: str
    title: str
    in_text: str
    short: str


ML = ModelName("ml", "Machine learning", "machine learning", "ML")
ANN = ModelName("ann", "Neural network", "the neural network", "ANN")
REGISTRY = (ML, ANN)

RULE = ModelName("rule", "The rule", "the rule", "Rule")
"""No model, but what both are compared with: approve unless the credit history is bad."""

MODELS = tuple(model.key for model in REGISTRY)
WITH_RULE = (RULE, *REGISTRY)
"""In the order in which evaluations tell them."""
TITLES = {model.key: model.title for model in WITH_RULE}
IN_TEXT = {model.key: model.in_text for model in WITH_RULE}
"""Both by key, for whoever tells what was recorded of the models and of the rule."""
