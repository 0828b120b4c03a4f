"""Many applicants: from a table to the same table with answers, a chunk at a time."""

import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from loan_space.explanations import contributions_of, reasons
from loan_space.serving import Served, verdict
from shared.errors import InputError
from shared.loan.fields.checks import doubtful
from shared.loan.fields.declared import Fields
from shared.loan.models.registry import MODELS
from shared.loan.table.reading import Chunk, read_chunks
from shared.loan.table.write import open_answers, written
from shared.page.html import SHORT

RESULTS = ("answer", *(f"{key}_probability" for key in MODELS), "note", "error", "revision")
REASONS = "reasons"
BEFORE = "loan_"  # of the result columns, so that they are told apart from those of the input
MOST_WITH_REASONS = 1_000  # rows; reasons take a hundred times as long as answers
# By how many models approve; the last is that of a row with an error.
COUNTS = range(len(MODELS) + 1)
ANSWERS = [*(verdict([k < count for k in range(len(MODELS))]) for count in COUNTS), "error"]
UNSEEN, BY_THOUSAND = "unlike the training data: ", " (wrong by a factor of 1,000?)"
MOST_REPEATED = 5  # ids that are named
RESULT_NAME = "answers"
LIVES = 120.0  # seconds that our own copy lives, in which Gradio takes its copy for the download
ONE_AT_A_TIME: dict[str, Any] = {"concurrency_id": "many", "concurrency_limit": 1}
MOST_OF_AN_ID = 60  # characters


@dataclass(frozen=True)
class Progress:
    """How far a table has been answered.

    Attributes:
        rows: answered so far, errors included.
        errors: of them.
        answers: how many of each answer.
        repeated: ids that stand more than once, and how often; the most frequent ones.
        done: fraction of the file, 0..1.
        first: the first rows with their results but without reasons, for a preview.
    """

    rows: int
    errors: int
    answers: dict[str, int]
    repeated: dict[str, int]
    done: float
    first: list[list[str]]


def answer_table(
    served: Served, source: Path, target: Path, *, with_reasons: bool
) -> Iterator[Progress]:
    """Answer every row of a table; a bad row becomes a row with its error.

    Args:
        served: what answers.
        source: a CSV, a workbook or a Parquet file.
        target: written as Parquet for Parquet, as CSV for all others: all columns of the input,
            then the results; rows in their order.
        with_reasons: whether each row gets its reasons, which only a small table may ask for.

    Yields:
        How far it has come, after each chunk; at the end once more, with the repeated ids.

    Raises:
        InputError: not a table that can be read, or too many rows for reasons.
    """
    rows, errors = 0, 0
    answers: Counter[str] = Counter()
    ids = SeenIds()
    first: list[list[str]] = []
    with ExitStack() as stack:
        for chunk in read_chunks(source, served.fields):
            if not rows:
                schema = result_schema(with_reasons)
                write = stack.enter_context(open_answers(target, chunk.source, schema))
            rows += len(chunk.errors)
            if with_reasons and rows > MOST_WITH_REASONS:
                raise InputError(
                    f"Reasons are given for at most {MOST_WITH_REASONS:,} rows, and this table has "
                    "more. Ask without reasons, or split it."
                )
            results = result_columns(served, chunk, with_reasons=with_reasons)
            write(chunk.batch, results)
            errors += len(chunk.errors) - chunk.errors.count(None)
            answers.update(results[0].to_pylist())
            ids.add(chunk.ids)
            first = first or _preview(chunk, results)
            progress = Progress(rows, errors, dict(answers), {}, chunk.batch.done, first)
            yield progress
    if not rows:  # in a workbook, cells that are there may be blank
        raise InputError("All rows below the header are blank. Put an applicant into each row.")
    yield replace(progress, repeated=ids.repeated(MOST_REPEATED))


def result_schema(with_reasons: bool) -> pa.Schema:
    """Names and types of the result columns."""
    names = [*RESULTS, REASONS] if with_reasons else RESULTS
    kinds = [pa.float64() if name.endswith("_probability") else pa.string() for name in names]
    return pa.schema(zip((BEFORE + name for name in names), kinds, strict=True))


def result_columns(served: Served, chunk: Chunk, *, with_reasons: bool = False) -> pa.RecordBatch:
    """The results of N rows: texts, and probabilities 0..1; null where a row has none."""
    is_error = np.array([error is not None for error in chunk.errors])
    probabilities = served.score(chunk.table)
    approvals = np.count_nonzero(probabilities >= served.threshold, axis=1)
    codes = np.where(is_error, ANSWERS.index("error"), approvals)
    columns = [
        pa.array(ANSWERS).take(pa.array(codes)),
        *(pa.array(column, mask=is_error) for column in probabilities.T),
        pa.array(unseen_notes(served.fields, chunk.table), pa.string()),
        pa.array(chunk.errors, pa.string()),
        pa.repeat(served.checkpoint.revision[:SHORT], len(codes)),
    ]
    if with_reasons:
        columns.append(pa.array(_reasons(served, chunk), pa.string()))
    return pa.record_batch(columns, schema=result_schema(with_reasons))


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


def _reasons(served: Served, chunk: Chunk) -> list[str | None]:
    def reasons_of(row: NDArray[np.float64]) -> str:
        return " ".join(reasons(served, row, contributions_of(served, row)))

    rows = zip(chunk.table, chunk.errors, strict=True)
    return [None if error else reasons_of(row) for row, error in rows]


def _preview(chunk: Chunk, results: pa.RecordBatch, most: int = 20) -> list[list[str]]:
    numbers = [str(number) for number in chunk.batch.numbers[:most]]
    cells = (column.to_pylist() for column in written(results.slice(0, most))[: len(RESULTS)])
    return [list(row) for row in zip(numbers, chunk.ids[:most], *cells, strict=True)]


class SeenIds:
    """The ids of a table, chunk by chunk: eight bytes each, and their names as one text."""

    def __init__(self) -> None:
        self._hashes: list[NDArray[np.int64]] = []
        self._names: list[str] = []

    def add(self, ids: Sequence[str]) -> None:
        """Count the ids of some rows; empty ones name nobody."""
        names = [name for name in map(str.strip, ids) if name]
        self._hashes.append(np.fromiter(map(hash, names), np.int64, len(names)))
        if "\n" in "".join(names) or max(map(len, names), default=0) > MOST_OF_AN_ID:
            names = [name.replace("\n", " ")[:MOST_OF_AN_ID] for name in names]
        self._names.append("\n".join(names))

    def repeated(self, most: int) -> dict[str, int]:
        """The ids that stand more than once, and how often; the most frequent first.

        Ask once, at the end: all ids are sorted for it.
        """
        hashes = np.concatenate([np.empty(0, np.int64), *self._hashes])
        _, first, counts = np.unique(hashes, return_index=True, return_counts=True)
        order = np.lexsort((first, -counts))
        order = order[counts[order] > 1][:most]
        return {self._name(int(first[k])): int(counts[k]) for k in order}

    def _name(self, at: int) -> str:
        for hashes, names in zip(self._hashes, self._names, strict=True):
            if at < len(hashes):
                return names.split("\n")[at]
            at -= len(hashes)
        raise IndexError(at)


@contextmanager
def result_file(suffix: str = ".csv") -> Iterator[Path]:
    """A place for a result, which is deleted soon after Gradio has taken its copy."""
    folder = Path(tempfile.mkdtemp(prefix="loan-"))
    try:
        yield folder / f"{RESULT_NAME}{suffix}"
    finally:
        later = threading.Timer(LIVES, shutil.rmtree, (folder,), {"ignore_errors": True})
        later.daemon = True
        later.start()
