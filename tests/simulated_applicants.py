"""Applicants drawn at random, for any fields, and a loan checkpoint in memory that knows them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from shared.loan.fields.declared import FIELDS, Choice, Field, Fields
from shared.loan.models.ann import Ann
from shared.loan.models.decision import Calibration, Decision
from shared.loan.models.features import features
from shared.loan.models.predictor import Population, Predictor

TWELVE: Fields = (
    *FIELDS,
    Field(
        "home", "Home", "Home", "Where the applicant lives.", "choice",
        choices=(Choice("own", "Owned"), Choice("rent", "Rented"), Choice("family", "Family's")),
    ),
)  # fmt: skip
LINE = Calibration(low=1.4, high=0.8, offset=0.2)  # not a straight line over the logit


def applicants(fields: Fields, count: int, seed: int = 0) -> np.ndarray:
    """(count, F) rows; a part of every column is not stated, and some incomes are 0."""
    rng = np.random.default_rng(seed)
    table = np.empty((count, len(fields)))
    for k, field in enumerate(fields):
        size = max(field.lowest + 1, float(field.default or 1)) if field.kind == "number" else 1
        amounts = np.round(size * rng.lognormal(0, 0.5, count))
        amounts[rng.random(count) < 0.2] = field.lowest
        choices = rng.integers(0, max(len(field.choices), 1), count)
        table[:, k] = amounts if field.kind == "number" else choices
    table[rng.random(table.shape) < 0.1] = np.nan
    return table


def learnt_from(fields: Fields, count: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """(N, K) features of applicants, and (N,) whether they were approved, which they show."""
    table = applicants(fields, count, seed=1)
    columns = dict(zip((field.name for field in fields), table.T, strict=True))
    little = columns.get("coapplicant_income", np.zeros(count)) < 500
    clear = (columns["credit_history"] == 0) - 0.2 * little
    noise = np.random.default_rng(2).normal(0, 0.4, count)
    return features(fields, table), (clear + noise > 0.4).astype(np.int64)


def predictor_of(
    network: Ann, fields: Fields, used: tuple[int, ...], folder: Path = Path()
) -> Predictor:
    """A checkpoint in memory; it holds no classical model."""
    decision = Decision(fields, used, ("ML", "ANN"), (LINE, LINE), 0.5, 1.0)
    table = applicants(fields, 60, seed=3)
    population = Population(table, np.zeros(60, dtype=bool), np.arange(0, 60, 2))
    return Predictor(folder, decision, (None, network), population)
