"""The labelled applications, read by the code that reads a visitor's CSV."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.checkpoint.contract import hash_file
from shared.errors import InputError
from shared.loan.fields.declared import Fields
from shared.loan.table.reading import read_chunks

TRAIN_FILE = "train.csv"
LABEL = "Loan_Status"
LABELS = {"Y": 1, "N": 0}


@dataclass(frozen=True)
class Applications:
    """Labelled applications.

    Attributes:
        fields: the columns of the table.
        table: (N, F) float64, NaN for "not stated".
        approved: (N,) int64, 1 where the loan was granted.
        sha256: of the file.
    """

    fields: Fields
    table: NDArray[np.float64]
    approved: NDArray[np.int64]
    sha256: str


def read_applications(data: Path, fields: Fields) -> Applications:
    """Read `train.csv` of a data folder.

    Raises:
        InputError: the file is missing, a row cannot be read, or a label is neither Y nor N.
    """
    path = data / TRAIN_FILE
    if not path.is_file():
        raise InputError(f"There is no {TRAIN_FILE} in {data}. Name the folder that holds it.")
    tables, labels = [], []
    for chunk in read_chunks(path, fields):
        for number, error in zip(chunk.numbers, chunk.errors, strict=True):
            if error:
                raise InputError(f"{TRAIN_FILE}, row {number}: {error} Mend the file first.")
        at = _label_column(chunk.header)
        labels += [_label(row[at]) for row in chunk.cells]
        tables.append(chunk.table)
    return Applications(fields, np.concatenate(tables), np.array(labels), hash_file(path))


def _label_column(header: list[str]) -> int:
    if LABEL not in header:
        raise InputError(f"{TRAIN_FILE} has no column {LABEL}. It holds what was decided, Y or N.")
    return header.index(LABEL)


def _label(cell: str) -> int:
    if cell.strip() not in LABELS:
        raise InputError(f"{LABEL} is {cell!r} in a row of {TRAIN_FILE}; it must be Y or N.")
    return LABELS[cell.strip()]


def unprotected(fields: Fields) -> tuple[int, ...]:
    """The fields that the models use by default, as columns of the table."""
    return tuple(k for k, field in enumerate(fields) if not field.protected)
