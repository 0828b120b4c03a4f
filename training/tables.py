"""Recorded figures as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def is_figure(recorded: Any) -> bool:
    """Whether a record is a value with its interval."""
    return isinstance(recorded, Mapping) and {"value", "low", "high", "n"} <= set(recorded)


def with_interval(figure: Mapping[str, Any]) -> str:
    """A figure in a cell: "0.812 (0.781 to 0.841)"."""
    value, low, high = (f"{round(figure[k], 3) + 0.0:.3f}" for k in ("value", "low", "high"))
    return f"{value} ({low} to {high})"  # adding 0 turns -0.0 round


def flat(section: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """All figures of a section, with their names in words."""
    for name, recorded in section.items():
        words = f"{before}{name}".replace("_", " ")
        if is_figure(recorded):
            yield words, recorded
        elif isinstance(recorded, Mapping):
            yield from flat(recorded, f"{words}: ")


def figure_rows(section: Mapping[str, Any]) -> str:
    """A table of all figures of a section: value, 95 % interval, n."""
    rows = [
        (name, f"{f['value']:.3f}", f"{f['low']:.3f} to {f['high']:.3f}", f"{f['n']:,}")
        for name, f in flat(section)
    ]
    return markdown_table(("figure", "value", "95 % interval", "n"), rows)
