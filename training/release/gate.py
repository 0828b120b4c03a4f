"""May a new checkpoint take the place of the live one? Headline figure by headline figure.

Both have answered the same rows, and `draws.safetensors` of each holds its figures of the same
draws of these rows. The interval of a difference is taken from the differences of the draws (paired
bootstrap: Efron and Tibshirani 1993; Koehn 2004), so what is hard about the rows, which moves both
checkpoints alike, does not widen it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shared.checkpoint.contract import check_complete, check_measured, task_of
from shared.errors import CheckpointError, PublishError
from shared.report.markdown import table_markdown
from training.release.evidence import Evidence, check_live, check_same_rows, read_evidence

DIGITS = 5  # of a recorded figure; what differs by less does not differ
HEAD = ("figure", "new", "live", "difference", "95 % interval", "n", "verdict")
WORDS = 1, 6  # the columns between them are numbers


@dataclass(frozen=True)
class Row:
    """A headline figure of both checkpoints.

    Attributes:
        name, label: as recorded.
        better: "higher" or "lower".
        new, live: its value for each.
        difference: new less live.
        low, high: the paired 95 % interval of the difference.
        n: rows that it rests on.
        worse: whether the whole interval lies on the bad side of 0. Where every draw repeats the
            difference, the interval has no width, and the difference alone decides.
    """

    name: str
    label: str
    better: str
    new: float
    live: float
    difference: float
    low: float
    high: float
    n: int
    worse: bool


@dataclass(frozen=True)
class Comparison:
    """A new checkpoint beside the live one, in the order of the new one's headline."""

    rows: tuple[Row, ...]

    @property
    def worse(self) -> tuple[Row, ...]:
        """The figures that got worse by more than chance explains."""
        return tuple(row for row in self.rows if row.worse)


def compare(new: Path, live: Path) -> Comparison:
    """Compare a new checkpoint with the live one.

    Args:
        new: a folder that fulfils the contract.
        live: a folder with at least `evaluation.json` and `draws.safetensors`; whatever else it
            holds of what was measured has to be the file that was.

    Raises:
        CheckpointError: the new one lacks a part, a file is not the one that was measured, or the
            two are of another task, data, split or draws, or not of the same figures; it says
            which.
    """
    task, other = task_of(new), task_of(live)
    if task != other:
        raise CheckpointError(
            f"The new checkpoint is of the task {task!r}, the live one of {other!r}. "
            f"Name a {other} checkpoint."
        )
    check_complete(new, task)
    check_measured(new)
    check_live(live)
    ours, theirs = read_evidence(new, "new"), read_evidence(live, "live")
    check_same_rows(ours, theirs)
    return Comparison(tuple(_row_of(name, ours, theirs) for name in ours.headline))


def check_gate(comparison: Comparison, reason: str) -> None:
    """Refuse a checkpoint that is worse than the live one, unless there is a reason to accept it.

    Raises:
        PublishError: names the figures.
    """
    if comparison.worse and not reason:
        figures = "; ".join(row.label for row in comparison.worse)
        raise PublishError(
            f"Worse than what is live, by more than chance explains: {figures}. Nothing was "
            "published. Train a better one, or say why it may go out: --allow-regression REASON."
        )


def _row_of(name: str, new: Evidence, live: Evidence) -> Row:
    """A figure of both, with the paired interval of its difference."""
    row, before = new.headline[name], live.headline[name]
    apart = new.draws[name].values - live.draws[name].values
    low, high = (_rounded(bound) for bound in np.percentile(apart, (2.5, 97.5)))
    return Row(
        name=name,
        label=row["label"],
        better=row["better"],
        new=row["value"],
        live=before["value"],
        difference=_rounded(row["value"] - before["value"]),
        low=low,
        high=high,
        n=row["n"],
        worse=high < 0 if row["better"] == "higher" else low > 0,
    )


def _rounded(value: float) -> float:
    return round(float(value), DIGITS) + 0.0  # adding 0 turns -0.0 round


def _verdict(row: Row) -> str:
    """In words: "worse", "better", "the same", or that chance may explain it."""
    if row.worse:
        return "worse"
    if row.low > 0 or row.high < 0:
        return "better"
    return "within chance" if row.low or row.high or row.difference else "the same"


def table(comparison: Comparison) -> str:
    """The comparison for a terminal: a line for each figure, columns one below the other."""
    lines = [HEAD, *_cells(comparison)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(HEAD))]
    return "\n".join(_aligned(line, widths) for line in lines)


def markdown(comparison: Comparison) -> str:
    """The comparison as a Markdown table, for the card and the description of a commit."""
    return table_markdown(HEAD, _cells(comparison))


def _cells(comparison: Comparison) -> list[tuple[str, ...]]:
    return [
        (
            f"{row.label} ({row.better} is better)",
            f"{row.new:.3f}",
            f"{row.live:.3f}",
            _signed(row.difference),
            f"{_signed(row.low)} to {_signed(row.high)}",
            f"{row.n:,}",
            _verdict(row),
        )
        for row in comparison.rows
    ]


def _signed(value: float) -> str:
    return f"{value:+.4f}" if value else "0"


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    first, last = WORDS
    padded = (
        cell.rjust(width) if first <= k < last else cell.ljust(width)
        for k, (cell, width) in enumerate(zip(line, widths, strict=True))
    )
    return "  ".join(padded).rstrip()


def figure(row: Mapping[str, Any] | None) -> str:
    """A recorded figure with its interval; a dash where there is none."""
    if row is None:
        return "-"
    return f"{row['value']:.3f} ({row['low']:.3f} to {row['high']:.3f})"


def in_one_line(headline: Sequence[Mapping[str, Any]]) -> str:
    """All headline figures, for the message of a tag."""
    return "; ".join(f"{row['label']} {figure(row)}" for row in headline)
