"""Applicants for the loan bench, drawn from the fields alone, and tables of them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from shared.loan.fields.declared import Field, Fields

UNSTATED = 0.03  # share of the cells in which nothing stands
NOTHING = 0.3  # share of 0 among numbers that may be 0, as most co-applicants' incomes are
SPREAD = 0.5  # of the logarithm of numbers, around the form's default

Table = NDArray[np.float64]


def draw_applicants(fields: Fields, count: int, seed: int) -> Table:
    """Simulated applicants; the same for the same seed.

    Args:
        fields: the columns.
        count: of rows.
        seed: fixes the draws.

    Returns:
        (count, F) float64: whole numbers within what was seen, indices of choices, NaN for "not
        stated".
    """
    rng = np.random.default_rng(seed)
    table = np.column_stack([_draw(field, count, rng) for field in fields])
    table[rng.random(table.shape) < UNSTATED] = np.nan
    return table


def write_table(
    path: Path, fields: Fields, table: Table, *, quoting: Literal[0, 1] = csv.QUOTE_MINIMAL
) -> None:
    """A CSV with an id and a column for each field, as a bank would send it."""
    columns = [[f"LP{k:07d}" for k in range(len(table))]]
    columns += [_cells(field, table[:, k]) for k, field in enumerate(fields)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=quoting)
        writer.writerow(["Loan_ID", *(field.column for field in fields)])
        writer.writerows(zip(*columns, strict=True))


def write_parquet(path: Path, fields: Fields, table: Table) -> None:
    """The same as a Parquet file, as an analyst would send it: numbers typed, choices as text."""
    columns = {"Loan_ID": pa.array([f"LP{k:07d}" for k in range(len(table))])}
    for k, field in enumerate(fields):
        column = table[:, k]
        columns[field.column] = (
            pa.array(column, mask=np.isnan(column))
            if field.kind == "number"
            else pa.array([cell or None for cell in _cells(field, column)])
        )
    pq.write_table(pa.table(columns), path)


def _draw(field: Field, count: int, rng: np.random.Generator) -> Table:
    if field.kind == "choice":
        return rng.integers(0, len(field.choices), count).astype(np.float64)
    low, high = field.seen or (field.lowest, field.highest)
    middle = field.default if isinstance(field.default, int | float) else (low + high) / 2
    drawn = np.round(max(float(middle), 1.0) * rng.lognormal(0.0, SPREAD, count))
    drawn[rng.random(count) < NOTHING * (low <= 0)] = 0.0
    return np.asarray(drawn.clip(np.ceil(low), np.floor(high)))


def _cells(field: Field, column: Table) -> list[str]:
    """Numbers in full, choices as the first other spelling where there is one: that of the data."""
    if field.kind == "choice":
        texts = [(*choice.aliases, choice.value)[0] for choice in field.choices]
        return ["" if np.isnan(value) else texts[int(value)] for value in column.tolist()]
    return ["" if np.isnan(value) else str(int(value)) for value in column.tolist()]
