"""A report as Markdown, for a model card and a README; whatever it says is escaped here."""

import re
from collections.abc import Iterable, Sequence

from shared.report import blocks
from shared.report.figures import Figure, number, signed, with_interval
from shared.wording import percent

# What means something inside a line; an underscore inside a word means itself.
MARKUP = re.compile(r"([\\`*\[\]<>|]|(?<!\w)_|_(?!\w))")
PLOTS = "plots"  # folder of a checkpoint with a file for each plot


def sections_markdown(sections: Iterable[blocks.Section]) -> str:
    """Sections one after the other, each under a heading."""
    return "\n\n".join(
        f"## {plain(section.title)}\n\n{blocks_markdown(section.blocks)}" for section in sections
    )


def blocks_markdown(parts: Iterable[blocks.Block]) -> str:
    """Blocks one after the other."""
    return "\n\n".join(_block(block) for block in parts)


def _block(block: blocks.Block) -> str:
    match block:
        case blocks.Text(text, lead):
            return f"**{plain(lead)}** {plain(text)}" if lead else plain(text)
        case blocks.Heading(text):
            return f"### {plain(text)}"
        case blocks.Table(caption):
            return f"**{plain(caption)}**\n\n{table_markdown(block.heads, block.rows)}"
        case blocks.Headline(figures):
            table = blocks.figure_table("", figures.items())
            assert isinstance(table, blocks.Table)  # a headline holds at least one figure
            return table_markdown(table.heads, table.rows)
        case blocks.Facts(rows):
            return table_markdown(("What", "Value"), list(rows.items()))
        case blocks.Plot(name, title, panels):
            notes = "".join(f"\n\n{plain(panel.note)}" for panel in panels if panel.note)
            return f"![{plain(title)}]({PLOTS}/{name}.svg){notes}"
        case blocks.Folded(summary, inner):
            return (
                f"<details>\n<summary>{plain(summary)}</summary>\n\n{blocks_markdown(inner)}\n\n"
                "</details>"
            )


def table_markdown(heads: Sequence[str], rows: Iterable[Sequence[blocks.Cell]]) -> str:
    """A table: the heads, and a line for each row."""
    cells = [[plain(head) for head in heads], ["---"] * len(heads)]
    cells += [[cell_markdown(cell) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def cell_markdown(cell: blocks.Cell) -> str:
    """What stands in a cell."""
    match cell:
        case None:
            return ""
        case Figure():
            return with_interval(cell)
        case blocks.Change(measured, verdict):
            spread = " to ".join(signed(end) for end in measured.ends)
            told = signed(measured.value) + ("" if measured.low is None else f" ({spread})")
            return f"{told} {plain(verdict)}".strip()
        case blocks.Label(text, meaning):
            return f"{plain(text)} ({plain(meaning)})"
        case blocks.Code(text):
            return f"`{text.replace('`', '').replace('|', '')}`"
        case blocks.Marked(text):
            return plain(text)
        case blocks.Probability(value):
            return percent(value)
        case str():
            return plain(cell)
        case int():
            return f"{cell:,}"
        case _:
            return number(cell)


def plain(text: str) -> str:
    """Text that means itself: one line, no markup."""
    return MARKUP.sub(r"\\\1", " ".join(text.split()))
