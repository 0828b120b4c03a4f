"""Applications that a test makes up, and candidates that are fitted in a moment."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier

from shared.loan.fields.declared import FIELDS, Fields
from training.loan import candidates
from training.loan.ann import Settings
from training.loan.data import LABEL, TRAIN_FILE, Applications

SHA256 = "0" * 64
UNSTATED = 0.06
QUICK = {"members": 2, "units": 8, "pieces": 5, "mixing": 0.2, "dropout": 0.1, "decay": 0.1,
         "rate": 0.03, "steps": 60}  # fmt: skip
SMALL_NETWORKS = {
    "one layer": Settings(**QUICK),
    "two layers": Settings(layers=2, soft=0.0, **QUICK),
}


def made_up(count: int, seed: int = 0, fields: Fields = FIELDS) -> Applications:
    """Applications in which credit history, income and the last field decide."""
    rng = np.random.default_rng(seed)
    columns = []
    for field in fields:
        if field.kind == "choice":
            columns.append(rng.integers(len(field.choices), size=count).astype(float))
        else:
            drawn = np.round(float(field.default or 0) * rng.lognormal(0, 0.5, count)) + 1
            columns.append(drawn.clip(max=field.highest))
    table = np.column_stack(columns)
    table[rng.random(table.shape) < UNSTATED] = np.nan
    score = 1.0 - 2.5 * np.nan_to_num(table[:, 4], nan=0.5)
    score += np.log(np.nan_to_num(table[:, 0], nan=4000) / 4000)
    last = table[:, -1]
    score += np.where(np.isnan(last), 0, (last > np.nanmedian(last)) - 0.5)
    approved = (score + rng.logistic(0, 0.5, count) > 0).astype(np.int64)
    return Applications(fields, table, approved, SHA256)


def write_csv(folder: Path, made: Applications) -> Path:
    """Applications as the public set has them."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / TRAIN_FILE).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Loan_ID", *(field.column for field in made.fields), LABEL])
        for k, (row, yes) in enumerate(zip(made.table, made.approved, strict=True)):
            cells = [
                "" if np.isnan(value) else f"{value:g}" if not f.choices else f.values[int(value)]
                for f, value in zip(made.fields, row, strict=True)
            ]
            writer.writerow([f"A{k:04}", *cells, "Y" if yes else "N"])
    return folder


def small_forest(seed: int) -> RandomForestClassifier:
    """Enough trees that each row is out of some bag."""
    return RandomForestClassifier(30, min_samples_leaf=5, n_jobs=1, random_state=seed)


@contextmanager
def small_candidates() -> Iterator[None]:
    """Within it, the candidates are two of each kind, fitted in milliseconds."""
    pipelines = {"logistic regression": candidates.logistic, "small forest": small_forest}
    with ExitStack() as stack:
        for held, short in (
            (candidates.PIPELINES, pipelines),
            (candidates.NETWORKS, SMALL_NETWORKS),
            (candidates.NAMES, {"ml": tuple(pipelines), "ann": tuple(SMALL_NETWORKS)}),
        ):
            stack.enter_context(_holding(held, short))
        stack.callback(setattr, candidates, "forest", candidates.forest)
        candidates.forest = small_forest
        yield


@contextmanager
def _holding(held: dict[Any, Any], content: dict[Any, Any]) -> Iterator[None]:
    """A dictionary with other content, for whoever has a reference to it."""
    before = dict(held)
    held.clear()
    held.update(content)
    try:
        yield
    finally:
        held.clear()
        held.update(before)
