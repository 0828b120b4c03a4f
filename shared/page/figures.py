"""Figures of a recorded evaluation: a value with its 95 % interval and n, read and written out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

NOT_MEASURED = '<p class="soft">Not measured for this checkpoint.</p>'


@dataclass(frozen=True)
class Figure:
    """A measured value.

    Attributes:
        value: the estimate.
        low, high: its 95 % interval; None where none was recorded.
        n: how many cases it rests on; None where that was not recorded.
    """

    value: float
    low: float | None
    high: float | None
    n: int | None


def figure(recorded: Any) -> Figure | None:
    """A figure from its record; None when there is no such record."""
    if isinstance(recorded, int | float) and not isinstance(recorded, bool):
        return Figure(float(recorded), None, None, None)
    if not isinstance(recorded, Mapping) or not isinstance(recorded.get("value"), int | float):
        return None
    return Figure(recorded["value"], recorded.get("low"), recorded.get("high"), recorded.get("n"))


def figures(section: Mapping[str, Any]) -> dict[str, Figure]:
    """Those entries of a section that are figures, by name."""
    found = {name: figure(recorded) for name, recorded in section.items()}
    return {name: each for name, each in found.items() if each is not None}


def number(value: float) -> str:
    """A number as the page writes it: counts whole, shares with three decimals."""
    if float(value).is_integer() and abs(value) > 1:
        return f"{value:,.0f}"
    return f"{value:.3f}"


def interval(measured: Figure) -> str:
    """ "0.951 to 0.973"; empty where no interval was recorded."""
    if measured.low is None or measured.high is None:
        return ""
    return f"{number(measured.low)} to {number(measured.high)}"


def with_interval(measured: Figure | None) -> str:
    """A value with its interval behind it, as HTML; empty for what was not measured."""
    if measured is None:
        return ""
    spread = interval(measured)
    return number(measured.value) + (f' <span class="soft">({spread})</span>' if spread else "")


def words(name: str, n_of: str = "n") -> str:
    """A record's name as a label: `macro_f1` becomes "Macro F1".

    Args:
        name: in the record.
        n_of: what is counted, as a plural; it is the label of `n`.
    """
    text = n_of if name == "n" else name
    text = text.replace("_", " ").strip()
    text = text[:1].upper() + text[1:]
    return text.replace(" f1", " F1").replace("Auc", "AUC").replace("Ece", "Calibration error")


def figure_table(caption: str, rows: Mapping[str, Figure], head: str = "What") -> str:
    """Figures as a table: name, value, interval, n."""
    if not rows:
        return NOT_MEASURED
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{number(each.value)}</td>'
        f"<td>{interval(each)}</td><td>{'' if each.n is None else f'{each.n:,}'}</td></tr>"
        for name, each in rows.items()
    )
    return table(caption, (head, "Value", "95 % interval", "n"), body)


def table(caption: str, heads: tuple[str, ...], body: str) -> str:
    """A table that scrolls by itself where the screen is narrow."""
    columns = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{columns}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )
