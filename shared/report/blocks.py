"""What a report is made of: sections of text, tables of typed cells, and plots.

The same document becomes the page's HTML (`html`), the card's Markdown (`markdown`) and files with
its plots (`picture`). Nothing in it is escaped: whoever renders it does that, so that no text from
a record can become markup.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from shared.report.figures import Figure, figure, interval
from shared.report.svg import Drawing


@dataclass(frozen=True)
class Label:
    """A name with its meaning in small print, or the unit it is in."""

    text: str
    meaning: str


@dataclass(frozen=True)
class Change:
    """A difference with its sign, and what follows from it in a word or two."""

    measured: Figure
    verdict: str = ""


@dataclass(frozen=True)
class Code:
    """A name as a program writes it."""

    text: str


@dataclass(frozen=True)
class Marked:
    """A text that stands out, or back; `name` is its class in the style sheet."""

    text: str
    name: str


@dataclass(frozen=True)
class Probability:
    """A predicted probability, 0..1: written in per cent, sorted by its value."""

    value: float


Cell: TypeAlias = str | int | float | Figure | Label | Change | Code | Marked | Probability | None
"""An empty cell is None or ""; a whole number gets thousands, any other number three decimals."""


@dataclass(frozen=True)
class Text:
    """A paragraph of plain text; `lead` stands before it in bold."""

    text: str
    lead: str = ""


@dataclass(frozen=True)
class Heading:
    """The title of a part of a section."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table: each row starts with its head. If it `sorts`, a click on a column's head does it."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    sorts: bool = False


@dataclass(frozen=True)
class Headline:
    """The figures that a reader looks at first, by label."""

    figures: Mapping[str, Figure]


@dataclass(frozen=True)
class Facts:
    """Names with what is known of them."""

    rows: Mapping[str, str]


@dataclass(frozen=True)
class Panel:
    """One drawing of a plot, with what it shows above it and what it says below it."""

    caption: str
    drawing: Drawing
    note: str = ""


@dataclass(frozen=True)
class Plot:
    """Drawings side by side, with one legend.

    Attributes:
        name: of its file, without ".svg"; unique in a document.
        title: what it shows, for those who do not see it.
        panels: the drawings.
        legend: what each colour (a class of the style sheet) stands for.
    """

    name: str
    title: str
    panels: Sequence[Panel]
    legend: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Folded:
    """Blocks that are out of sight until they are asked for."""

    summary: str
    blocks: "Sequence[Block]"


Block: TypeAlias = Text | Heading | Table | Headline | Facts | Plot | Folded


@dataclass(frozen=True)
class Section:
    """A titled part of a document."""

    title: str
    blocks: Sequence[Block]


NOT_MEASURED = Text("Not measured for this checkpoint.")


def headline(record: Mapping[str, Any]) -> Block:
    """The headline of a recorded evaluation."""
    rows = {row["label"]: f for row in record.get("headline") or [] if (f := figure(row))}
    return Headline(rows) if rows else NOT_MEASURED


def figure_table(caption: str, rows: Iterable[tuple[str, Figure]]) -> Table | Text:
    """Figures as a table: name, value, interval and n in columns of their own."""
    cells = [(label, f.value, interval(f), f.n) for label, f in rows]
    return Table(caption, ("What", "Value", "95 % interval", "n"), cells) if cells else NOT_MEASURED


def grid(
    caption: str,
    head: str,
    columns: Mapping[str, str],
    rows: Iterable[tuple[Cell, Mapping[str, Any]]],
) -> Table:
    """Figures as a table: a row for each label, a column for each name in what was recorded."""
    cells = [(label, *(figure(recorded.get(name)) for name in columns)) for label, recorded in rows]
    return Table(caption, (head, *columns.values()), cells)


def change(recorded: Any) -> Change | None:
    """A recorded difference as a cell."""
    measured = figure(recorded)
    return Change(measured) if measured else None


def facts(record: Mapping[str, Any], splits: Mapping[str, Any]) -> Facts:
    """Where the figures of a record come from, its `splits` among them; only what was recorded."""
    data, versions = record.get("data") or {}, record.get("versions") or {}
    rows = {
        "Data": data.get("name"),
        "Data, SHA-256": data.get("sha256"),
        **splits,
        "Intervals": record.get("interval"),
        "Seed of intervals": record.get("seed"),
        "Code": record.get("commit"),
        "Versions": ", ".join(f"{name} {version}" for name, version in versions.items()) or None,
    }
    return Facts({name: str(fact) for name, fact in rows.items() if fact is not None})


def folded(*blocks: Block) -> Folded:
    """The numbers behind a plot, for those who do not see it."""
    return Folded("In numbers", blocks)


def plots_of(blocks: Iterable[Block]) -> Iterator[Plot]:
    """All plots, those that are folded too."""
    for block in blocks:
        if isinstance(block, Plot):
            yield block
        elif isinstance(block, Folded):
            yield from plots_of(block.blocks)
