"""Many applicants: from a table to the same table with answers, a chunk at a time."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loan_space.explanations import contributions_of, reasons
from loan_space.serving import Served, verdict
from shared.errors import InputError
from shared.loan.fields.checks import doubtful
from shared.loan.fields.declared import Fields
from shared.loan.models.registry import MODELS
from shared.loan.table.ids import SeenIds
from shared.loan.table.read import Chunk, read_chunks
from shared.loan.table.write import write_chunk, write_header
from shared.page.html import SHORT

RESULTS = ("answer", *(f"{key}_probability" for key in MODELS), "note", "error", "revision")
REASONS = "reasons"
BEFORE = "loan_"  # of the result columns, so that they are told apart from those of the input
MOST_WITH_REASONS = 1_000  # rows; reasons take a hundred times as long as answers
SHARES = [f"{k / 10_000:.4f}" for k in range(10_001)]  # written out once, looked up a million times
UNSEEN, BY_THOUSAND = "unlike the training data: ", " (wrong by a factor of 1,000?)"
MOST_REPEATED = 5  # ids that are named
RESULT_NAME = "answers.csv"
LIVES = 120.0  # seconds that our own copy lives, in which Gradio takes its copy for the download
ONE_AT_A_TIME: dict[str, Any] = {"concurrency_id": "many", "concurrency_limit": 1}


@dataclass(frozen=True)
class Progress:
    """How far a table has been answered.

    Attributes:
        rows: answered so far, errors included.
        errors: of them.
        answers: how many of each answer.
        repeated: ids that stand more than once, and how often; the most frequent ones.
        done: share of the file, 0..1.
        first: the first rows with their results but without reasons, for a preview.
    """

    rows: int
    errors: int
    answers: dict[str, int]
    repeated: dict[str, int]
    done: float
    first: list[list[str]]


def columns(with_reasons: bool) -> list[str]:
    """The names of the result columns."""
    names = [*RESULTS, REASONS] if with_reasons else list(RESULTS)
    return [BEFORE + name for name in names]


def answer_table(
    served: Served, source: Path, target: Path, *, with_reasons: bool
) -> Iterator[Progress]:
    """Answer every row of a table; a bad row becomes a row with its error.

    Args:
        served: what answers.
        source: a CSV or a workbook.
        target: written as CSV: all columns of the input, then the results; rows in their order.
        with_reasons: whether each row gets its reasons, which only a small table may ask for.

    Yields:
        How far it has come, after each chunk; at the end once more, with the repeated ids.

    Raises:
        InputError: no table that can be read, or too many rows for reasons.
    """
    rows, errors = 0, 0
    answers: Counter[str] = Counter()
    ids = SeenIds()
    first: list[list[str]] = []
    with target.open("wb") as file:
        for number, chunk in enumerate(read_chunks(source, served.fields)):
            rows += len(chunk.errors)
            if with_reasons and rows > MOST_WITH_REASONS:
                raise InputError(
                    f"Reasons are given for at most {MOST_WITH_REASONS:,} rows, and this table has "
                    "more. Ask without reasons, or split it."
                )
            if number == 0:
                write_header(file, chunk, columns(with_reasons))
            results = result_columns(served, chunk)
            if with_reasons:
                results.append(_reasons(served, chunk))
            write_chunk(file, chunk, results)
            errors += len(chunk.errors) - chunk.errors.count(None)
            answers.update(results[0])
            ids.add(chunk.ids)
            first = first or _preview(chunk, results[: len(RESULTS)])
            progress = Progress(rows, errors, dict(answers), {}, chunk.done, first)
            yield progress
    if not rows:  # in a workbook, cells that are there may be blank
        raise InputError("All rows below the header are blank. Put an applicant into each row.")
    yield replace(progress, repeated=ids.repeated(MOST_REPEATED))


def result_columns(served: Served, chunk: Chunk) -> list[list[str]]:
    """The cells of `RESULTS` for a chunk, a list each."""
    shares = served.score(chunk.table)
    good = np.array([error is None for error in chunk.errors])
    cells = (np.round(shares * 10_000)).astype(np.int64)
    written = [[SHARES[k] for k in column] for column in cells.T.tolist()]
    words = np.array([[verdict((a, b)) for b in (False, True)] for a in (False, True)])
    approves = (shares >= served.threshold).astype(int)
    said: list[str] = words[approves[:, 0], approves[:, 1]].tolist()
    revision = served.checkpoint.revision[:SHORT]
    for k in np.flatnonzero(~good):
        said[k] = "error"
        for column in written:
            column[k] = ""
    errors = [error or "" for error in chunk.errors]
    notes = unseen_notes(served.fields, chunk.table)
    return [said, *written, notes, errors, [revision] * len(said)]


def unseen_notes(fields: Fields, table: NDArray[np.float64]) -> list[str]:
    """For each row, which numbers lie outside what the training data held, perhaps by 1,000."""
    notes, thousandfold = [""] * len(table), doubtful(fields, table)
    for k, field in enumerate(fields):
        if field.seen is None:
            continue
        outside = (table[:, k] < field.seen[0]) | (table[:, k] > field.seen[1])
        for row in np.flatnonzero(outside).tolist():
            asked = BY_THOUSAND if thousandfold[row, k] else ""
            notes[row] += f"{', ' if notes[row] else UNSEEN}{field.column}{asked}"
    return notes


def _reasons(served: Served, chunk: Chunk) -> list[str]:
    def told(row: NDArray[np.float64]) -> str:
        return " ".join(reasons(served, row, contributions_of(served, row)))

    rows = zip(chunk.table, chunk.errors, strict=True)
    return ["" if error else told(row) for row, error in rows]


def _preview(chunk: Chunk, results: list[list[str]], most: int = 20) -> list[list[str]]:
    names = chunk.ids[:most]
    rows = [str(number) for number in chunk.numbers[:most]]
    return [list(cells) for cells in zip(rows, names, *(r[:most] for r in results), strict=False)]


@contextmanager
def result_file() -> Iterator[Path]:
    """A place for a result, which is deleted soon after Gradio has taken its copy."""
    folder = Path(tempfile.mkdtemp(prefix="loan-"))
    try:
        yield folder / RESULT_NAME
    finally:
        later = threading.Timer(LIVES, shutil.rmtree, (folder,), {"ignore_errors": True})
        later.daemon = True
        later.start()
