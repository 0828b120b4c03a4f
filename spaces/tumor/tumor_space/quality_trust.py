"""The sections of "How good is it?" that say how far to trust it: maps, refusals, bad pictures,
leaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from shared.page.charts import interval_plot
from shared.page.evaluation import flat, labelled
from shared.page.figures import figure, figure_table, figures, table, with_interval, words
from shared.tumor.classes import class_words
from tumor_space.serving import COUNTED

ROBUSTNESS = ("accuracy", "macro_f1", "pointing")


def refusals(section: Mapping[str, Any]) -> str:
    """Refused shares, and by kind of picture."""
    rows = labelled(section, COUNTED)
    others = (section.get("not_brain") or {}).get("by_kind") or []
    return (
        figure_table("Refused", rows, "Pictures")
        + _by_kind("Refused, by kind of other picture", others)
        + _by_kind("Refused, of brains from other places", section.get("other_brain") or [])
    )


def _by_kind(caption: str, kinds: list[dict[str, Any]]) -> str:
    body = "".join(
        f'<tr><th scope="row">{escape(words(each["kind"]))}</th>'
        f"<td>{each['refused'] / max(1, each['n']):.1%}</td><td>{each['n']:,}</td></tr>"
        for each in kinds
    )
    return table(caption, ("Kind", "Refused", "n"), body) if kinds else ""


def localisation(section: Mapping[str, Any]) -> str:
    """Pointing game and energy inside an expert's box, against a point at the centre and a random
    map.
    """
    rows = flat(section, COUNTED, skip=("by_class",))
    by_class = flat(section.get("by_class") or {}, COUNTED, names=class_words)
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
    return note + figure_table("Deletion and insertion", flat(section, COUNTED))


def randomisation(section: Mapping[str, Any]) -> str:
    """The weight-randomisation check."""
    note = "<p>With weights made random, a map that shows what was learned has to change.</p>"
    return note + figure_table("Weight-randomisation check", flat(section, COUNTED))


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
    names = [name for name in ROBUSTNESS if any(name in row for row in rows)]
    body = "".join(
        f'<tr><th scope="row">{escape(_condition(row))}</th>'
        + "".join(f"<td>{with_interval(figure(row.get(name)))}</td>" for name in names)
        + "</tr>"
        for row in rows
    )
    return plot + table("Worse pictures", ("Change", *(words(name) for name in names)), body)


def audit(section: Mapping[str, Any]) -> str:
    """Copies in the set, and how well things that are not the tumor tell the class."""
    copies, probe = section["duplicates"], section["probe"]
    clues = {f"From its {name}": each for name, each in probe["by_clue"].items()}
    rows = figures({"From all of these together": probe["all_clues"]} | clues)
    return (
        f"<p>Of {section['slices']:,} slices {copies['slices_with_a_near_duplicate']:,} have a "
        f"near-copy in the set and {copies['exact_copies']:,} are exact copies. The file alone "
        "tells a part of the classes: what follows is how often a classifier is right that sees "
        f"none of the picture but these. The largest class alone is {probe['chance']:.1%}.</p>"
        + interval_plot("The class, told from the file alone", rows, 0, 1)
    )


def leak(section: Mapping[str, Any]) -> str:
    """What near-duplicates across a random split do to the score of one who knows nothing."""
    note = (
        "<p>The public set holds near-copies of its own slices. Who knows nothing of tumors and "
        "gives each slice the class of the most similar one among those to learn from still "
        "scores, and scores most under a random split, where copies lie on both sides. The "
        "difference to a split by groups of near-copies is what leaks.</p>"
    )
    rows = flat(section, COUNTED)
    plot = interval_plot("The class of the most similar slice", rows, 0, 1)
    return note + plot + figure_table("The class of the most similar slice", rows)


def unseen(section: Mapping[str, Any]) -> str:
    """The same figures for patients of whom no slice was learned from."""
    note = "<p>Slices of one patient look alike. Of these patients the network saw none.</p>"
    return note + figure_table("Unseen patients", flat(section, COUNTED, skip=("per_class",)))


def sources(rows: list[dict[str, Any]]) -> str:
    """Each source left out of fitting once."""
    found = {
        f"{row.get('label') or words(str(row.get('name', '')))}: {words(name).lower()}": each
        for row in rows
        for name, each in figures({k: v for k, v in row.items() if isinstance(v, Mapping)}).items()
    }
    note = (
        "<p>The public set merges several collections. Each, as far as it can be told apart, was "
        "left out of a short fit and answered by it, beside a short fit that has seen it. A source "
        "that holds most slices of a class takes the class along when it is left out.</p>"
    )
    return note + interval_plot("Accuracy for a source, left out and seen", found, 0, 1)


def _condition(row: Mapping[str, Any]) -> str:
    level = row.get("level")
    label = row.get("label") or words(row["name"])
    return label if level in (None, "") or str(level) in label else f"{label}, {level}"
