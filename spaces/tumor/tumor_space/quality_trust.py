"""The sections of "How good is it?" that say how far to trust it: maps, refusals, bad pictures,
leaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from tumor_space.charts import interval_plot
from tumor_space.figures import Figure, figure, figure_table, figures, table, with_interval, words
from tumor_space.wording import class_words


def refusals(section: Mapping[str, Any]) -> str:
    """Refused shares by kind of picture."""
    rows = {words(name): each for name, each in figures(section).items()}
    kinds = (section.get("not_brain") or {}).get("by_kind") or []
    body = "".join(
        f'<tr><th scope="row">{escape(words(each["kind"]))}</th>'
        f"<td>{escape(str(each.get('role', '')))}</td>"
        f"<td>{_share(each)}</td><td>{each['n']:,}</td></tr>"
        for each in kinds
    )
    listed = (
        table("Refused, by kind of picture", ("Kind", "Used for", "Refused", "n"), body)
        if kinds
        else ""
    )
    return (
        figure_table("Refused", rows, "Pictures")
        + listed
        + _nested(section, skip=("not_brain", "test_slices"))
    )


def localisation(section: Mapping[str, Any]) -> str:
    """Pointing game and energy inside an expert's box, against a point at the centre and a random
    map.
    """
    rows = _flat(section, skip=("by_class",))
    by_class = _flat(section.get("by_class") or {}, names=class_words)
    note = (
        "<p>Whether the map's strongest point lies in the box that an expert drew around the tumor "
        "(pointing), and how "
        "much of the map lies inside it (energy). A point at the centre and a random map are what "
        "it has to beat.</p>"
    )
    plot = interval_plot("Localisation against chance", rows, 0, 1) if rows else ""
    return (
        note
        + plot
        + figure_table("Localisation", rows)
        + (figure_table("By class", by_class) if by_class else "")
    )


def faithfulness(section: Mapping[str, Any]) -> str:
    """Deletion and insertion against random maps."""
    note = (
        "<p>Taking away what is marked should cost the answer more than taking away as much at "
        "random; "
        "putting it back should bring more.</p>"
    )
    return note + figure_table("Deletion and insertion", _flat(section))


def randomisation(section: Mapping[str, Any]) -> str:
    """The weight-randomisation check."""
    note = "<p>With weights made random, a map that shows what was learned has to change.</p>"
    return note + figure_table("Weight-randomisation check", _flat(section))


def robustness(rows: list[dict[str, Any]]) -> str:
    """Accuracy under degraded pictures, as plot and table."""
    measured = {_condition(row): each for row in rows if (each := figure(row.get("accuracy")))}
    lowest = min(
        (each.low if each.low is not None else each.value for each in measured.values()),
        default=0.0,
    )
    plot = interval_plot(
        "Accuracy under worse pictures", measured, max(0.0, int(lowest * 10) / 10 - 0.1), 1
    )
    body = "".join(
        f'<tr><th scope="row">{escape(_condition(row))}</th>'
        + "".join(
            f"<td>{with_interval(figure(row.get(name)))}</td>"
            for name in ("accuracy", "macro_f1", "pointing")
        )
        + "</tr>"
        for row in rows
    )
    return plot + table("Worse pictures", ("Change", "Accuracy", "Macro F1", "Pointing"), body)


def leak(section: Mapping[str, Any]) -> str:
    """What near-duplicates across a random split do to the score."""
    note = (
        "<p>The public set holds the same slices several times. Split at random, copies of what "
        "was learned are in "
        "the test; split by groups of near-duplicates, they are not. The difference is what leaks."
        "</p>"
    )
    return note + figure_table("Random split against group split", _flat(section))


def sources(rows: list[dict[str, Any]]) -> str:
    """Each source left out of fitting once."""
    found = {
        f"{row.get('label') or words(str(row.get('name', '')))}: {words(name).lower()}": each
        for row in rows
        for name, each in figures({k: v for k, v in row.items() if isinstance(v, Mapping)}).items()
    }
    return figure_table("Answers for a source that was left out", found)


def _flat(
    section: Mapping[str, Any], skip: tuple[str, ...] = (), names: Any = words
) -> dict[str, Figure]:
    """Figures of a section and of the groups in it, with the group's name in front."""
    rows: dict[str, Figure] = {}
    for name, recorded in section.items():
        if name in skip:
            continue
        if measured := figure(recorded):
            rows[names(name)] = measured
        elif isinstance(recorded, Mapping):
            rows |= {
                f"{names(name)}: {words(inner).lower()}": each
                for inner, each in figures(recorded).items()
            }
    return rows


def _nested(section: Mapping[str, Any], skip: tuple[str, ...]) -> str:
    rows: dict[str, Figure] = {}
    for name, recorded in section.items():
        for each in recorded if isinstance(recorded, list) and name not in skip else []:
            measured = figure(each.get("refused", each))
            if measured:
                rows[words(str(each.get("label") or each.get("kind") or each.get("name")))] = (
                    measured
                )
    return figure_table("Other brain slices", rows) if rows else ""


def _share(each: Mapping[str, Any]) -> str:
    refused = each["refused"]
    return (
        with_interval(figure(refused))
        if isinstance(refused, Mapping)
        else f"{refused / max(1, each['n']):.1%}"
    )


def _condition(row: Mapping[str, Any]) -> str:
    level = row.get("level")
    label = row.get("label") or words(row["name"])
    return label if level in (None, "") or str(level) in label else f"{label}, {level}"
