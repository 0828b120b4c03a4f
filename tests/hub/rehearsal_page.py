"""Commands and their output in a page: between `<!-- told:NAME -->` and `<!-- /told:NAME -->`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

PLACE = re.compile(r"<!-- told:(?P<name>[\w-]+) -->\n(?P<text>.*?)<!-- /told:(?P=name) -->", re.S)


def commands_of(page: Path) -> dict[str, str]:
    """What each place of a page says to type, with the signs of the shell before it."""
    places = PLACE.finditer(page.read_text(encoding="utf-8"))
    return {place["name"]: typed_in(place["text"]) for place in places}


def typed_in(block: str) -> str:
    """The lines of a block that are typed."""
    return "\n".join(line for line in block.splitlines() if line.startswith("$ "))


def write_page(page: Path, told: Mapping[str, tuple[str, str]]) -> None:
    """Write every step into its place.

    Args:
        page: Markdown with places.
        told: by name of the place, what was typed and what it printed.

    Raises:
        KeyError: the page has a place for a step that was not taken.
    """

    def fill(place: re.Match[str]) -> str:
        name = place["name"]
        lines = "\n".join(part for part in told[name] if part)
        fence = "````" if "```" in lines else "```"  # what was printed may hold blocks itself
        return f"<!-- told:{name} -->\n{fence}console\n{lines}\n{fence}\n<!-- /told:{name} -->"

    page.write_text(PLACE.sub(fill, page.read_text(encoding="utf-8")), encoding="utf-8")
