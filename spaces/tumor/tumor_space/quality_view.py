"""The tab "How good is it?": the recorded evaluation; no number is typed."""

from collections.abc import Mapping
from typing import Any

from shared.page.html import text
from shared.report.blocks import Text, headline
from shared.report.html import blocks_html, sections_html
from shared.report.tumor import sections
from tumor_space.serving import LIMITS, NOT_A_DIAGNOSIS, Served

INTRODUCTION = (
    "Measured on slices that the network had never seen, with the code that answers here. "
    "Each figure stands with its 95 % interval and the number of slices it rests on."
)


def build(served: Served) -> None:
    """Lay out the tab."""
    text(quality_html(served.evaluation))


def quality_html(evaluation: Mapping[str, Any]) -> str:
    """All sections; one that was not measured says so."""
    opening = (Text(INTRODUCTION), Text(LIMITS, lead=NOT_A_DIAGNOSIS), headline(evaluation))
    return (
        f'<div class="text quality"><h2>How good is it?</h2>{blocks_html(opening)}'
        f"{sections_html(sections(evaluation))}</div>"
    )
