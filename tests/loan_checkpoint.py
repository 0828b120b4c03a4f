"""The loan checkpoint that the live server answers with, opened in the tests' own process."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from shared.loan.fields.application import as_values, read_application
from shared.loan.models.predictor import Predictor, approval, load_predictor
from shared.loan.models.registry import MODELS

SPACE = Path(__file__).parents[1] / "spaces" / "loan"
CHECKPOINT = Path(os.environ.get("LOAN_CHECKPOINT") or SPACE / "checkpoint")

Values = dict[str, Any]


@cache
def predictor() -> Predictor:
    """Both models."""
    return load_predictor(CHECKPOINT)


def probabilities(values: Values) -> dict[str, float]:
    """What the models say of an applicant, without any server."""
    row = read_application(predictor().decision.fields, values).row
    probabilities = approval(predictor(), row[None])[0]
    return {
        model: float(probability) for model, probability in zip(MODELS, probabilities, strict=True)
    }


def simulated(*, approved: bool) -> list[Values]:
    """Applicants of the checkpoint's population whom both models approve, or not both."""
    table = predictor().population.table
    both = (approval(predictor(), table) >= predictor().decision.threshold).all(axis=1)
    return [as_values(predictor().decision.fields, row) for row in table[both == approved]]


def ask(http: httpx.Client, endpoint: str, values: Values) -> Values:
    """Ask a quick endpoint over plain HTTP; a field that is not named is not stated."""
    names = [field.name for field in predictor().decision.fields]
    assert set(values) <= set(names)
    reply = http.post(f"/run/{endpoint}", json={"data": [values.get(name) for name in names]})
    answer: Values = reply.raise_for_status().json()["data"][0]
    return answer
