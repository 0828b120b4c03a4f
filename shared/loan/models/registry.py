"""The models that answer, declared in this one place.

Whoever adds a model writes a module beside this one with two functions, one that opens the model of
a checkpoint and one that answers with it, adds a row to `REGISTRY`, and lists the model's files in
the contract of a checkpoint (`shared.checkpoint.contract`). The order of the rows is that of the
columns of every (N, M) array of probabilities.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.loan.models import ann, ml

Probabilities = NDArray[np.float64]

Score = Callable[[NDArray[np.float64]], Probabilities]
"""All models as one function, which is what the explanations know of them.

It takes a table of applications, (N, F) float64 in the order of the fields: numbers as they are, a
choice as its index, NaN for "not stated". It returns (N, M) float64, the probabilities of approval
(0..1), one column a model. A row's answer does not depend on the rows around it. N is 1 or more.
"""


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


@dataclass(frozen=True)
class Model(ModelName):
    """One of the models that answer.

    Attributes:
        open: reads it from the folder of a checkpoint; raises CheckpointError.
        approval: takes what `open` gave and (N, K) float32 features; returns (N,) float64, the
            probability of approval (0..1), not calibrated.
    """

    open: Callable[[Path], Any]
    approval: Callable[[Any, NDArray[np.float32]], Probabilities]


ML = Model("ml", "Machine learning", "machine learning", "ML", ml.open_model, ml.approval)
ANN = Model("ann", "Neural network", "the neural network", "ANN", ann.open_model, ann.approval)
REGISTRY = (ML, ANN)

RULE = ModelName("rule", "The rule", "the rule", "Rule")
"""Not a model, but what all are compared with: approve unless the credit history is bad."""

MODELS = tuple(model.key for model in REGISTRY)
WITH_RULE = (RULE, *REGISTRY)
"""In the order in which evaluations tell them."""
TITLES = {model.key: model.title for model in WITH_RULE}
IN_TEXT = {model.key: model.in_text for model in WITH_RULE}
"""Both by key, for whoever tells what was recorded of the models and of the rule."""
