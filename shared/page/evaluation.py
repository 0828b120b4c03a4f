"""A recorded evaluation as HTML: its sections, headline and calibration. No number is typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from shared.page.charts import Bin, reliability
from shared.page.figures import (
    NOT_MEASURED,
    Figure,
    figure,
    figures,
    interval,
    number,
    table,
    words,
)

Draw = Callable[[Any], str]
Label = Callable[[str], str]
Section = tuple[str, str, Draw]


def sections_html(evaluation: Mapping[str, Any], sections: Sequence[Section]) -> str:
    """Sections one after the other; one that was not measured says so.

    Args:
        evaluation: the record.
        sections: title, key in the record, and what draws that part of it.
    """
    return "".join(
        f"<section><h3>{title}</h3>"
        f"{draw(evaluation[key]) if evaluation.get(key) else NOT_MEASURED}</section>"
        for title, key, draw in sections
    )


def headline(rows: Sequence[Mapping[str, Any]]) -> str:
    """The headline figures of a record as cards."""
    cards = "".join(_card(row, measured) for row in rows if (measured := figure(row)))
    return f'<ul class="cards">{cards}</ul>' if cards else NOT_MEASURED


def _card(row: Mapping[str, Any], measured: Figure) -> str:
    label = row.get("label") or words(row.get("name", ""))
    count = f"n = {measured.n:,}" if measured.n else ""
    below = "<br>".join(part for part in (interval(measured), count) if part)
    return (
        f'<li><span class="card-label">{escape(label)}</span>'
        f'<strong>{number(measured.value)}</strong><span class="soft">{below}</span></li>'
    )


def reliability_html(
    title: str, recorded: Sequence[Mapping[str, Any]], n_of: str, came_true: str = "right"
) -> str:
    """A reliability curve with its numbers beside it; empty without bins.

    Args:
        title: what it shows, for those who do not see it.
        recorded: bins with `confidence`, `accuracy` (0..1) and `n`; empty ones are left out.
        n_of: what is counted, as a plural: "slices".
        came_true: in a word, what the probability is said of: "right", "approved".
    """
    bins = [
        Bin(each["confidence"], each["accuracy"], each["n"]) for each in recorded if each.get("n")
    ]
    if not bins:
        return ""
    body = "".join(
        f"<tr><td>{b.confidence:.3f}</td><td>{b.accuracy:.3f}</td><td>{b.n:,}</td></tr>"
        for b in bins
    )
    heads = ("Said probability", f"Share that was {came_true}", "n")
    return (
        f'<div class="beside">{reliability(title, bins, n_of, came_true)}'
        "<details><summary>In numbers</summary>"
        f"{table('Reliability curve in numbers', heads, body)}</details></div>"
    )


def labelled(section: Mapping[str, Any], n_of: str) -> dict[str, Figure]:
    """Figures of a section by their labels; `n_of` as for `words`."""
    return {words(name, n_of): each for name, each in figures(section).items()}


def flat(
    section: Mapping[str, Any],
    n_of: str,
    *,
    skip: tuple[str, ...] = (),
    names: Label | None = None,
) -> dict[str, Figure]:
    """Figures of a section and of the groups in it, with the group's name in front.

    Args:
        section: of a record.
        n_of: what is counted, as a plural, as for `words`.
        skip: names that are left out.
        names: makes a label of a name in the section; `words` when left out.
    """
    label = names or (lambda name: words(name, n_of))
    rows: dict[str, Figure] = {}
    for name, recorded in section.items():
        if name in skip:
            continue
        if measured := figure(recorded):
            rows[label(name)] = measured
        elif isinstance(recorded, Mapping):
            group = labelled(recorded, n_of)
            rows |= {f"{label(name)}: {each.lower()}": group[each] for each in group}
    return rows
