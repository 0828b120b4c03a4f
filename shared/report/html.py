"""A report as HTML for a page, in the page's own style; whatever it says is escaped here."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from shared.report import blocks
from shared.report.figures import Figure, interval, number, signed
from shared.wording import percent

ASSETS = Path(__file__).parent / "assets"
PAGE = ".gradio-container.gradio-container main.contain"  # weighs more than Gradio's own rules


def style() -> str:
    """The style sheet of reports and of all drawings, for a page."""
    sheets = ((ASSETS / name).read_text(encoding="utf-8") for name in ("charts.css", "report.css"))
    return f"{PAGE} {{\n{''.join(sheets)}}}\n"


def sections_html(
    sections: Sequence[blocks.Section], instead: Mapping[str, str] | None = None
) -> str:
    """Sections one after the other; `instead` has HTML for plots that move, by the plot's name."""
    return "".join(
        f"<section><h3>{escape(section.title)}</h3>{blocks_html(section.blocks, instead)}</section>"
        for section in sections
    )


def blocks_html(parts: Sequence[blocks.Block], instead: Mapping[str, str] | None = None) -> str:
    """Blocks one after the other."""
    return "".join(_block(block, instead or {}) for block in parts)


def _block(block: blocks.Block, instead: Mapping[str, str]) -> str:
    match block:
        case blocks.Text(text, lead):
            start = f"<strong>{escape(lead)}</strong> " if lead else ""
            soft = ' class="soft"' if block == blocks.NOT_MEASURED else ""
            return f"<p{soft}>{start}{escape(text)}</p>"
        case blocks.Heading(text):
            return f"<h4>{escape(text)}</h4>"
        case blocks.Table():
            return table_html(block)
        case blocks.Headline(figures):
            return f'<ul class="cards">{"".join(_card(*row) for row in figures.items())}</ul>'
        case blocks.Facts(rows):
            facts = "".join(
                f"<div><dt>{escape(name)}</dt><dd>{escape(fact)}</dd></div>"
                for name, fact in rows.items()
            )
            return f'<dl class="facts">{facts}</dl>'
        case blocks.Plot():
            return instead.get(block.name) or plot_html(block)
        case blocks.Folded(summary, inner):
            within = blocks_html(inner, instead)
            return f"<details><summary>{escape(summary)}</summary>{within}</details>"


def _card(label: str, measured: Figure) -> str:
    count = f"n = {measured.n:,}" if measured.n else ""
    below = "<br>".join(part for part in (interval(measured), count) if part)
    return (
        f'<li><span class="card-label">{escape(label)}</span>'
        f'<strong>{number(measured.value)}</strong><span class="soft">{below}</span></li>'
    )


def plot_html(plot: blocks.Plot) -> str:
    """Its legend, and its drawings side by side where there is room."""
    panels = "".join(panel_html(panel) for panel in plot.panels)
    columns = " two" if len(plot.panels) > 1 else ""
    return f'{legend_html(plot.legend)}<div class="beside{columns}">{panels}</div>'


def panel_html(panel: blocks.Panel, attributes: str = "") -> str:
    """A drawing with its caption and its note; `attributes` are HTML of its figure."""
    caption = f"<h4>{escape(panel.caption)}</h4>" if panel.caption else ""
    note = f"<figcaption>{escape(panel.note)}</figcaption>" if panel.note else ""
    return f"<figure{attributes}>{caption}{panel.drawing.svg()}{note}</figure>"


def legend_html(names: Mapping[str, str]) -> str:
    """Which colour is which, by class; nothing for none."""
    items = "".join(f'<li class="{name}">{escape(words)}</li>' for name, words in names.items())
    return f'<ul class="legend">{items}</ul>' if items else ""


def table_html(table: blocks.Table) -> str:
    """A table of cells, which scrolls by itself where the screen is narrow."""
    kind = ' class="many"' if table.sorts else ""
    heads = "".join(
        f'<th scope="col">{_head(head, table.sorts)}</th>' for head in map(escape, table.heads)
    )
    rows = "".join(f"<tr>{_row(row)}</tr>" for row in table.rows)
    caption = escape(table.caption)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{caption}"><table{kind}>'
        f"<caption>{caption}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _head(words: str, sorts: bool) -> str:
    return f'<button type="button">{words}</button>' if sorts else words


def _row(cells: Sequence[blocks.Cell]) -> str:
    first, *others = cells
    return f'<th scope="row">{cell_html(first)}</th>' + "".join(
        f"<td{_attributes(cell)}>{cell_html(cell)}</td>" for cell in others
    )


def _attributes(cell: blocks.Cell) -> str:
    """What the style sheet and the script know a cell by."""
    match cell:
        case blocks.Marked(_, name):
            return f' class="{name}"'
        case blocks.Probability(value):
            return f' data-sort="{value:.6f}"'
    return ' class="words"' if _wraps(cell) else ""


def _wraps(cell: blocks.Cell) -> bool:
    """Whether a cell says something in words, which need room."""
    return (isinstance(cell, blocks.Change) and bool(cell.verdict)) or (
        isinstance(cell, str) and cell.count(" ") > 2
    )


def cell_html(cell: blocks.Cell) -> str:
    """What stands in a cell."""
    match cell:
        case None:
            return ""
        case Figure():
            return number(cell.value) + _soft(interval(cell))
        case blocks.Change(measured, verdict):
            spread = " to ".join(signed(end) for end in measured.ends)
            told = signed(measured.value) + _soft("" if measured.low is None else spread)
            return f"{told} {escape(verdict)}" if verdict else told
        case blocks.Label(text, meaning):
            return f'{escape(text)}<span class="soft meaning">{escape(meaning)}</span>'
        case blocks.Code(text):
            return f"<code>{escape(text)}</code>"
        case blocks.Marked(text):
            return escape(text)
        case blocks.Probability(value):
            return percent(value)
        case str():
            return escape(cell)
        case int():
            return f"{cell:,}"
        case _:
            return number(cell)


def _soft(spread: str) -> str:
    return f' <span class="soft">({spread})</span>' if spread else ""
