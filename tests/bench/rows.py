"""What the bench found: rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from timing import Sample

from training.figures import short

HEADINGS = ("what", "ours", "other", "ratio", "goal", "met", "n")


@dataclass(frozen=True)
class Goal:
    """What a ratio should be, or a figure with nothing beside it.

    Attributes:
        sense: the side of the limit that is good.
        limit: the limit itself is good too.
        unit: of the limit; "x" for a ratio.
    """

    sense: Literal["at most", "at least"]
    limit: float
    unit: str = "x"

    @property
    def words(self) -> str:
        """As the table says it."""
        return f"{self.sense} {self.limit:g}{'' if self.unit == 'x' else ' '}{self.unit}"

    def is_met(self, figure: float) -> bool:
        """Whether a figure is on the good side."""
        return figure <= self.limit if self.sense == "at most" else figure >= self.limit


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes:
        name: short and lasting, to be looked up by.
        label: what is compared, in words.
        ours, other: medians, in `unit`; `other` is None where there is nothing to compare with.
        ours_spread, other_spread: quartiles.
        unit: of the medians.
        ratio: what the goal is about: of costs for "at most", of gains for "at least".
        goal: in words; None where the figure is only stated.
        met: whether the ratio, or `ours` where there is none, meets the goal.
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


def stated(name: str, label: str, ours: Sample, *, unit: str, goal: Goal | None = None) -> Row:
    """A figure with nothing beside it; a goal, if any, is in the same unit."""
    return Row(
        name=name,
        label=label,
        ours=ours.median,
        ours_spread=ours.spread,
        other=None,
        other_spread=None,
        unit=unit,
        ratio=None,
        goal=goal and goal.words,
        met=goal and goal.is_met(ours.median),
        n=len(ours.values),
    )


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
