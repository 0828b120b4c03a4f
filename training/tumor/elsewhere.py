"""Slices from other hospitals: for choosing and for measuring, never for fitting weights.

A visitor's slice never comes from the hospitals that the network learned from, so these slices say
more about an answer than the test part does. Patients are dealt into two halves by a hash of their
name: temperature, thresholds and recipes may be chosen on one, figures are reported on the other.
"""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training.tumor.slices import Box, box_of_row

FOLDER = "elsewhere"
TABLE = "elsewhere.csv"
DEAL_SEED = 11
Half = Literal["choosing", "held_out"]
SEQUENCES = {"rsna": "T1 with contrast", "oasis": "T1"}  # of sources that have a single one


@dataclass(frozen=True)
class ForeignSlice:
    """A slice of another hospital.

    Attributes:
        path: of the picture.
        source: collection that it comes from.
        label: true class.
        patient: "source/patient".
        sequence: of the scan, with the view where it is known.
        box: of an expert; None where there is none.
    """

    path: Path
    source: str
    label: str
    patient: str
    sequence: str
    box: Box | None

    @property
    def half(self) -> Half:
        """Which half its patient was dealt to."""
        return half_of(self.patient)


def half_of(patient: str) -> Half:
    """The half of a patient, "source/patient": always the same, and about half of them each."""
    first = hashlib.sha256(f"{DEAL_SEED}/{patient}".encode()).digest()[0]
    return "choosing" if first % 2 == 0 else "held_out"


def foreign_slices(data: Path, half: Half | None = None) -> Iterator[ForeignSlice]:
    """The slices of `elsewhere/`, in the order of its table; none where the folder is missing.

    Args:
        data: folder with `elsewhere/`.
        half: only this half of the patients; all when None.
    """
    table = data / FOLDER / TABLE
    if not table.exists():
        return
    with table.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            record = _slice_of(row, data / FOLDER)
            if half in (None, record.half):
                yield record


def _slice_of(row: dict[str, str], folder: Path) -> ForeignSlice:
    source, view = row["source"], row["view"]
    words = [SEQUENCES.get(source, ""), view.rpartition("_")[2] if "_" in view else view]
    return ForeignSlice(
        path=folder / row["file"],
        source=source,
        label=row["label"],
        patient=f"{source}/{row['patient']}",
        sequence=", ".join(word for word in words if word),
        box=box_of_row(row) if row["width"] else None,
    )


def groups_of_patients(slices: list[ForeignSlice]) -> NDArray[np.int64]:
    """(N,) a number for each slice's patient: intervals draw whole patients."""
    return np.unique([each.patient for each in slices], return_inverse=True)[1].astype(np.int64)
