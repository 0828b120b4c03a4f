"""What the bench found: rows of a table, and the JSON that the README's figures are read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from timing import Sample

from training.figures import short

SCHEMA = 1
DIGITS = 4  # significant
HEADINGS = ("what", "ours", "other", "ratio", "goal", "met", "n")


@dataclass(frozen=True)
class Goal:
    """What a ratio should be.

    Attributes:
        sense: the side of the limit that is good.
        limit: the ratio itself is good too.
    """

    sense: Literal["at most", "at least"]
    limit: float

    @property
    def words(self) -> str:
        """As the table says it."""
        return f"{self.sense} {self.limit:g}x"

    def is_met(self, ratio: float) -> bool:
        """Whether a ratio is on the good side."""
        return ratio <= self.limit if self.sense == "at most" else ratio >= self.limit


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes:
        name: short and lasting, to be looked up by.
        label: what is compared, in words.
        ours, other: medians, in `unit`; `other` is None where there is nothing to compare with.
        ours_spread, other_spread: quartiles.
        unit: of the medians.
        ratio: the figure that the goal is about: of costs for "at most", of gains for "at least".
        goal: in words; None where the figure is only stated.
        met: whether the ratio meets the goal.
        n: measurements of the less often measured side.
    """

    name: str
    label: str
    ours: float
    ours_spread: tuple[float, float]
    other: float | None
    other_spread: tuple[float, float] | None
    unit: str
    ratio: float | None
    goal: str | None
    met: bool | None
    n: int


def compared(
    name: str,
    label: str,
    ours: Sample,
    other: Sample,
    *,
    unit: str,
    ratio: float,
    goal: Goal | None = None,
) -> Row:
    """A comparison; the caller forms `ratio`: of some things more is better, of others less."""
    return Row(
        name=name,
        label=label,
        ours=ours.median,
        ours_spread=ours.spread,
        other=other.median,
        other_spread=other.spread,
        unit=unit,
        ratio=ratio,
        goal=goal and goal.words,
        met=goal and goal.is_met(ratio),
        n=min(len(ours.values), len(other.values)),
    )


def times_cost(ours: Sample, other: Sample) -> float:
    """How many times what the other takes ours takes."""
    return ours.median / other.median


def times_gain(ours: Sample, other: Sample) -> float:
    """How many times less ours takes than the other."""
    return other.median / ours.median


def stated(name: str, label: str, ours: Sample, *, unit: str) -> Row:
    """A figure with nothing beside it."""
    n = len(ours.values)
    return Row(name, label, ours.median, ours.spread, None, None, unit, None, None, None, n)


def as_json(machine: dict[str, Any], rows: Sequence[Row]) -> dict[str, Any]:
    """The record: `{"schema", "machine", "rows"}`."""
    return {"schema": SCHEMA, "machine": machine, "rows": [_rounded(asdict(row)) for row in rows]}


def _rounded(value: Any) -> Any:
    """Numbers to what a time on a shared machine can tell."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, tuple) else value


def table(rows: Sequence[Row]) -> str:
    """The rows in aligned columns."""
    cells = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[k]) for line in cells) for k in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.label,
        f"{short(row.ours)} {row.unit} ({_range(row.ours_spread)})",
        "" if row.other is None else f"{short(row.other)} {row.unit} ({_range(row.other_spread)})",
        "" if row.ratio is None else f"{row.ratio:.2f}x",
        row.goal or "",
        {None: "", True: "yes", False: "NO"}[row.met],
        str(row.n),
    )


def _range(spread: tuple[float, float] | None) -> str:
    return "" if spread is None else f"{short(spread[0])} to {short(spread[1])}"
