"""A plot as a file: SVG that carries its own style and is legible on white and on black."""

import re
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from shared.palette import PICTURE
from shared.report.blocks import Panel, Plot, Section, plots_of
from shared.report.html import ASSETS
from shared.report.markdown import PLOTS
from shared.report.svg import circle, words

VARIABLE = re.compile(r"var\(--([a-z-]+)\)")
FONT = "text { font: 14px system-ui, sans-serif; }"
MARGIN, CAPTION, ENTRY = 12, 26, 22  # px: around drawings, of a caption, of a line of the legend
LETTER = 8  # px that a letter of the legend takes at most


def write_plots(sections: Iterable[Section], folder: Path) -> None:
    """Write every plot of a document into the `plots/` of a checkpoint; others there go."""
    target = folder / PLOTS
    target.mkdir(exist_ok=True)
    pictures = {
        f"{plot.name}.svg": picture(plot)
        for section in sections
        for plot in plots_of(section.blocks)
    }
    for path in set(target.glob("*.svg")) - {target / name for name in pictures}:
        path.unlink()
    for name, content in pictures.items():
        (target / name).write_text(content, encoding="utf-8")


def picture(plot: Plot) -> str:
    """The file: the legend, and the drawings in two columns, each with its caption."""
    legend = _legend(plot.legend)
    y = MARGIN + (ENTRY if legend else 0)
    width, content = 0, legend
    for start in range(0, len(plot.panels), 2):
        row = plot.panels[start : start + 2]
        captions = CAPTION if any(panel.caption for panel in row) else 0
        x = MARGIN
        for panel in row:
            content += _panel(panel, x, y, captions)
            x += panel.drawing.frame.width + MARGIN
        width = max(width, x)
        y += captions + max(panel.drawing.frame.height for panel in row) + MARGIN
    title = escape(plot.title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" width="{width}" height="{y}" '
        f'viewBox="0 0 {width} {y}" role="img" aria-label="{title}"><title>{title}</title>'
        f"<style>{_style()}</style>{content}</svg>\n"
    )


def _style() -> str:
    """The page's own rules, with colours in place of the page's variables."""
    sheet = (ASSETS / "charts.css").read_text(encoding="utf-8")
    return FONT + VARIABLE.sub(lambda variable: PICTURE[variable[1]], sheet)


def _panel(panel: Panel, x: int, y: int, captions: int) -> str:
    caption = words("label", 0, 14, panel.caption)
    drawn = f'<g transform="translate(0 {captions})">{panel.drawing.elements()}</g>'
    return f'<g transform="translate({x} {y})">{caption}{drawn}</g>'


def _legend(names: Mapping[str, str]) -> str:
    x, entries = MARGIN + 6, ""
    for name, text in names.items():
        entries += circle(name, x, MARGIN + 5, 5) + words("label", x + 12, MARGIN + 10, text)
        x += 36 + LETTER * len(text)
    return entries
