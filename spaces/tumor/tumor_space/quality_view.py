"""The tab "How good is it?": the recorded evaluation as tables and plots; no number is typed."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from shared.page.evaluation import (
    Section,
    headline,
    labelled,
    reliability_html,
    sections_html,
)
from shared.page.figures import (
    figure,
    figure_table,
    figures,
    number,
    table,
    with_interval,
    words,
)
from shared.page.html import text
from shared.tumor.classes import class_words
from tumor_space import quality_trust
from tumor_space.serving import COUNTED, LIMITS, NOT_A_DIAGNOSIS, Served

INTRODUCTION = (
    "Measured on slices that the network had never seen, with the code that answers here. "
    "Each figure stands with its 95 % interval and the number of slices it rests on."
)

CURVE = "Reliability curve: share that was right against said probability"


def build(served: Served) -> None:
    """Lay out the tab."""
    text(quality_html(served.evaluation))


def quality_html(evaluation: Mapping[str, Any]) -> str:
    """All sections; one that was not measured says so."""
    sections: tuple[Section, ...] = (
        ("Which class", "classification", _classification),
        ("Patients it has never seen", "unseen_patients", quality_trust.unseen),
        ("Does a probability mean what it says?", "calibration", _calibration),
        ("Sets that hold the truth", "sets", _sets),
        ("What is not a brain MRI slice", "refusals", quality_trust.refusals),
        ("Does it look at the tumor?", "localisation", quality_trust.localisation),
        ("The same on the test part", "localisation_test", quality_trust.localisation),
        ("Does the map show what the answer rests on?", "faithfulness", quality_trust.faithfulness),
        ("Is the map made by what was learned?", "randomisation", quality_trust.randomisation),
        ("When the picture is worse", "robustness", quality_trust.robustness),
        ("What the public set gives away", "audit", quality_trust.audit),
        ("What leaks in a random split", "leak", quality_trust.leak),
        ("Sources left out of fitting", "sources", quality_trust.sources),
        ("Where it fails", "failures", _failures),
    )
    return (
        f'<div class="text quality"><h2>How good is it?</h2><p>{INTRODUCTION}</p>'
        f"<p><strong>{NOT_A_DIAGNOSIS}</strong> {LIMITS}</p>"
        f"{headline(evaluation.get('headline') or [])}{sections_html(evaluation, sections)}</div>"
    )


def _classification(section: Mapping[str, Any]) -> str:
    parts = [figure_table("All classes together", labelled(section, COUNTED))]
    if section.get("confusion"):
        parts.append(_confusion(section["confusion"]))
    parts.append(_per_class(section.get("per_class") or {}))
    return "".join(parts)


def _per_class(section: Mapping[str, Any]) -> str:
    names = tuple(
        dict.fromkeys(name for recorded in section.values() for name in figures(recorded))
    )
    body = "".join(
        f'<tr><th scope="row">{escape(class_words(label))}</th>'
        + "".join(f"<td>{with_interval(figure(recorded.get(name)))}</td>" for name in names)
        + "</tr>"
        for label, recorded in section.items()
    )
    return (
        table("Each class", ("Class", *(words(name, COUNTED) for name in names)), body)
        if names
        else ""
    )


def _confusion(section: Mapping[str, Any]) -> str:
    labels, counts = section["labels"], section["counts"]
    rows = "".join(
        _confusion_row(label, labels, row) for label, row in zip(labels, counts, strict=True)
    )
    heads = ("Truth", *(f"said {class_words(label)}" for label in labels), "All")
    return (
        '<div class="confusion">'
        + table(
            "Confusion matrix: a row for each true class, a column for each answer", heads, rows
        )
        + "</div>"
    )


def _confusion_row(truth: str, labels: list[str], row: list[int]) -> str:
    total = sum(row) or 1
    cells = "".join(
        f'<td class="{"right" if label == truth else "wrong"}" style="--share:{count / total:.3f}" '
        f'title="{count:,} of {total:,} slices of {class_words(truth)} were answered '
        f'{class_words(label)}: {count / total:.1%}">{count:,}</td>'
        for label, count in zip(labels, row, strict=True)
    )
    return f'<tr><th scope="row">{class_words(truth)}</th>{cells}<td>{sum(row):,}</td></tr>'


def _calibration(section: Mapping[str, Any]) -> str:
    note = "<p>On the dashed line, what is said with 0.8 is right 8 times in 10.</p>"
    plot = reliability_html(CURVE, section.get("bins") or [], COUNTED)
    return note + plot + figure_table("Calibration", labelled(section, COUNTED))


def _sets(section: Mapping[str, Any]) -> str:
    sizes = section.get("sizes") or {}
    total = sum(sizes.values()) or 1
    body = "".join(
        f'<tr><th scope="row">{escape(str(size))}</th><td>{count:,}</td><td>{count / total:.1%}'
        "</td></tr>"
        for size, count in sizes.items()
    )
    listed = (
        table("How many classes a set holds", ("Classes in the set", "Slices", "Share"), body)
        if sizes
        else ""
    )
    return figure_table("Prediction sets", labelled(section, COUNTED)) + listed


def _failures(rows: list[dict[str, Any]]) -> str:
    heads = tuple(dict.fromkeys(name for row in rows for name in row))
    body = "".join(
        f"<tr>{''.join(f'<td>{_cell(row.get(name))}</td>' for name in heads)}</tr>" for row in rows
    )
    return table(
        "Wrong answers, by pair of classes", tuple(words(name, COUNTED) for name in heads), body
    )


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return number(value)
    return escape(
        class_words(value) if isinstance(value, str) else "" if value is None else str(value)
    )
