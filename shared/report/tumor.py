"""The evaluation of the tumor classifier as a document. A part that was not recorded says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from shared.report.blocks import (
    NOT_MEASURED,
    Block,
    Panel,
    Plot,
    Section,
    Table,
    Text,
    facts,
    figure_table,
    folded,
    grid,
)
from shared.report.charts import confusion, intervals, reliability
from shared.report.figures import Figure, figure, figures, flat, label_of
from shared.report.svg import Axis
from shared.report.tumor_elsewhere import elsewhere
from shared.tumor.classes import CLASS_WORDS, class_words

Record: TypeAlias = Mapping[str, Any]
Blocks: TypeAlias = Sequence[Block]

COUNTED = "slices"
LABELS = {
    "n": "Slices", "ece": "Calibration error", **CLASS_WORDS,
    "rsna": "Glioblastomas, skull-stripped (RSNA)", "oasis": "Old people without a tumor (OASIS)",
    "ms_raw": "Multiple sclerosis, no tumor", "elsewhere": "Slices of other hospitals",
    "localisation": "Other slices of the hospitals that it learned from",
    "far": "Unlike those that it learned from", "near": "Like those that it learned from",
    "all": "All", "auc": "AUC", "verdict_auc": "AUC of steadiness against pointing",
    "mean_size": "Classes in a set",
}  # fmt: skip
FAITHFUL = (
    "Removing what is marked should lower the probability more than removing as much at a random "
    "place (deletion); keeping only what is marked should keep more of it (insertion)."
)
RANDOM = (
    "When weights are replaced by random ones, a map that shows what was learned has to change: "
    "the nearer a correlation with the original map is to 0, the better."
)
LEAK = (
    "The public set holds near-copies of its own slices. Somebody who knows nothing of tumors can "
    "give each slice the class of the most similar training slice (by perceptual hash), and is "
    "often right; most often under a random split, where copies lie on both sides. The difference "
    "to a split by groups of near-copies is what leaks."
)
BOXES = (
    "Whether the map's strongest point lies in the box that an expert drew around the tumor "
    "(pointing), and how much of the map lies inside it (energy), for the true class. A point at "
    "the centre and a random map are what it has to beat. The boxes are by J. Cheng (CC BY 4.0, "
    "doi 10.6084/m9.figshare.1512427)."
)


def label(name: str) -> str:
    """A record's name as a label."""
    return LABELS.get(name) or label_of(name)


def sections(record: Record) -> Sequence[Section]:
    """The document, from the recorded evaluation; empty without one."""
    parts: Sequence[tuple[str, str, Callable[[Any], Blocks]]] = (
        ("Pictures from elsewhere", "elsewhere", partial(elsewhere, label=label)),
        ("Which class", "classification", classification),
        ("Patients it has never seen", "unseen_patients", unseen),
        ("Does a probability mean what it says?", "calibration", calibration),
        ("Sets that hold the truth", "sets", sets),
        ("What is not a brain MRI slice", "refusals", refusals),
        ("Does it look at the tumor?", "localisation", localisation),
        ("The same on the test part", "localisation_test",
         partial(localisation, name="localisation_test")),
        ("Does the map show what the answer rests on?", "faithfulness",
         partial(noted, FAITHFUL, "Deletion and insertion")),
        ("Is the map made by what was learned?", "randomisation",
         partial(noted, RANDOM, "Weight-randomisation check")),
        ("When the picture is worse", "robustness", robustness),
        ("What the public set gives away", "audit", audit),
        ("What leaks in a random split", "leak",
         partial(noted, LEAK, "The class of the most similar slice", name="leak")),
        ("Sources left out of fitting", "sources", sources),
        ("Where it fails", "failures", failures),
    )  # fmt: skip
    told = [
        Section(title, tell(record[key]) if record.get(key) else (NOT_MEASURED,))
        for title, key, tell in parts
    ]
    return [*told, Section("How it was measured", measured(record))]


def noted(note: str, title: str, section: Record, name: str = "") -> Blocks:
    """All figures of a section under a note; drawn as well where the plot has a name."""
    rows = dict(flat(section, label))
    drawn = [plot(name, title, rows)] if name and rows else []
    return Text(note), *drawn, figure_table(title, rows.items())


def plot(
    name: str,
    title: str,
    rows: Mapping[str, Figure],
    axis: Axis | None = None,
    ideal: float | None = None,
) -> Plot:
    """Figures with their intervals, one below the other."""
    drawn = intervals(title, {key: {"": rows[key]} for key in rows}, {"": ""}, axis, ideal)
    return Plot(name, title, [Panel("", drawn)])


def classification(section: Record) -> Blocks:
    """All classes together, the confusion matrix, each class."""
    blocks: list[Block] = [figure_table("All classes together", labelled(section).items())]
    if confused := section.get("confusion"):
        classes = [label(name) for name in confused["labels"]]
        title = "Confusion matrix: a row for each true class, a column for each answer"
        drawing = confusion(title, classes, confused["counts"])
        rows = [(truth, *row) for truth, row in zip(classes, confused["counts"], strict=True)]
        heads = ("Truth", *(f"answered {name}" for name in classes))
        blocks += [
            Plot("confusion", title, [Panel("", drawing)]),
            folded(Table(title, heads, rows)),
        ]
    return [*blocks, *per_class(section.get("per_class") or {})]


def per_class(section: Record) -> Blocks:
    """A row for each class, a column for each metric; nothing where there is none."""
    names = dict.fromkeys(name for recorded in section.values() for name in figures(recorded))
    rows = [(label(name), recorded) for name, recorded in section.items()]
    return [grid("Each class", "Class", {n: label(n) for n in names}, rows)] if names else []


def labelled(section: Record) -> dict[str, Figure]:
    """Figures of a section by their labels."""
    return {label(name): measured for name, measured in figures(section).items()}


def unseen(section: Record) -> Blocks:
    """The same figures for patients of whom no slice was learned from."""
    return (
        Text(
            "Slices of one patient look alike and follow one another in the set. This part holds "
            "whole runs of look-alike slices that no other part has seen. Figures that are "
            "worse here than on the test part say how much it helps to know the patient."
        ),
        figure_table("Unseen patients", labelled(section).items()),
        *per_class(section.get("per_class") or {}),
    )


def calibration(section: Record) -> Blocks:
    """The reliability curve, and how far off it is."""
    bins = [b for b in section.get("bins") or [] if b.get("n")]
    title = "Reliability curve: share that was right against predicted probability"
    drawing = reliability(title, "of", bins, COUNTED, "right")
    heads = ("Predicted probability", "Share that was right", "n")
    rows = [(float(b["confidence"]), float(b["accuracy"]), int(b["n"])) for b in bins]
    curve = (
        Plot("reliability", title, [Panel("", drawing)]),
        folded(Table("Reliability curve in numbers", heads, rows)),
    )
    return (
        Text("On the dashed line, what is predicted with 0.8 is right 8 times in 10."),
        *(curve if bins else ()),
        figure_table("Calibration", labelled(section).items()),
    )


def sets(section: Record) -> Blocks:
    """How often a prediction set holds the truth, and how many classes it names."""
    sizes = section.get("sizes") or {}
    total = sum(sizes.values()) or 1
    rows = [(size, count, f"{count / total:.1%}") for size, count in sizes.items()]
    heads = ("Classes in the set", "Slices", "Share")
    return (
        figure_table("Prediction sets", labelled(section).items()),
        *([Table("How many classes a set holds", heads, rows)] if sizes else []),
    )


def refusals(section: Record) -> Blocks:
    """Refused shares, and by kind of picture."""
    return (
        figure_table("Refused", labelled(section).items()),
        *_by_kind("Refused, by kind of other picture",
                  (section.get("not_brain") or {}).get("by_kind") or []),
        *_by_kind("Refused, of brains from other places", section.get("other_brain") or []),
    )  # fmt: skip


def _by_kind(caption: str, kinds: Sequence[Record]) -> Blocks:
    rows = [
        (label(kind["kind"]), f"{kind['refused'] / max(1, kind['n']):.1%}", int(kind["n"]))
        for kind in kinds
    ]
    return [Table(caption, ("Kind", "Refused", "n"), rows)] if rows else []


def localisation(section: Record, name: str = "localisation") -> Blocks:
    """Pointing game and energy inside an expert's box, against chance."""
    all_classes = {key: value for key, value in section.items() if key != "by_class"}
    by_class = list(flat(section.get("by_class") or {}, label))
    return (
        *noted(BOXES, "Localisation against chance", all_classes, name),
        *([figure_table("By class", by_class)] if by_class else []),
    )


def robustness(rows: Sequence[Record]) -> Blocks:
    """Accuracy under degraded pictures, as plot and table."""
    accuracy = {_condition(row): f for row in rows if (f := figure(row.get("accuracy")))}
    lowest = min((f.ends[0] for f in accuracy.values()), default=0.0)
    low = max(0.0, int(lowest * 10) / 10 - 0.1)
    quarters = [low + (1 - low) * step / 4 for step in range(5)]
    axis = Axis(low, 1, {value: f"{value:.2f}" for value in quarters})
    names = {n: label(n) for n in ("accuracy", "macro_f1", "pointing") if any(n in r for r in rows)}
    return (
        plot("robustness", "Accuracy under worse pictures", accuracy, axis),
        grid("Worse pictures", "Change", names, [(_condition(row), row) for row in rows]),
    )


def _condition(row: Record) -> str:
    level, text = row.get("level"), row.get("label") or label(row["name"])
    return text if level in (None, "") or str(level) in text else f"{text}, {level}"


def audit(section: Record) -> Blocks:
    """Copies in the set, and how well things that are not the tumor tell the class."""
    copies, probe = section["duplicates"], section["probe"]
    clues = {"From all of these together": probe["all_clues"]}
    clues |= {f"From its {name}": recorded for name, recorded in probe["by_clue"].items()}
    title = "The class, told from the file alone"
    rows = figures(clues)
    return (
        Text(
            f"Of {section['slices']:,} slices {copies['slices_with_a_near_duplicate']:,} have a "
            f"near-copy in the set and {copies['exact_copies']:,} are exact copies; "
            f"{copies['pairs_with_different_classes']:,} pairs of copies disagree on the class. "
            "The file alone gives away a part of the class: shown is how often a classifier is "
            "right that knows only these properties of a file, and not the picture. Whoever always "
            f"names the largest class is right in {probe['chance']:.1%} (dashed)."
        ),
        plot("audit", title, rows, ideal=probe["chance"]),
        folded(figure_table(title, rows.items())),
    )


def sources(recorded: Sequence[Record]) -> Blocks:
    """Each source left out of fitting once."""
    rows = {
        f"{row.get('label') or label(str(row.get('name', '')))}: {label(name).lower()}": measured
        for row in recorded
        for name, measured in figures({k: v for k, v in row.items() if k != "n"}).items()
    }
    title = "Accuracy for a source, left out and seen"
    return (
        Text(
            "The public set merges several collections. For each that can be told apart, one "
            "network was trained briefly without it and one with it, and both answered its slices. "
            "A source that holds most slices of a class takes the class along when it is left out."
        ),
        plot("sources", title, rows),
        folded(figure_table(title, rows.items())),
    )


def failures(rows: Sequence[Record]) -> Blocks:
    """Wrong answers, by pair of classes."""
    heads = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[_told(row.get(name)) for name in heads] for row in rows]
    return (Table("Wrong answers, by pair of classes", [label(name) for name in heads], cells),)


def _told(value: Any) -> Any:
    """A recorded value as a cell: classes by their words."""
    return class_words(value) if isinstance(value, str) else value


def measured(record: Record) -> Blocks:
    """Where the figures come from; nothing is told of a record that is not there."""
    splits = record.get("splits") or {}
    sizes = ", ".join(f"{label(k).lower()} {v:,}" for k, v in (splits.get("sizes") or {}).items())
    kept = record.get("kept")
    before = f"{', '.join(kept['sections'])} (code: {kept['commit']})" if kept else None
    told = facts(record, {"Split, SHA-256": splits.get("sha256"), "Seed of the split":
                          splits.get("seed"), "Slices": sizes or None,
                          "Measured before, not again": before})  # fmt: skip
    return (told if told.rows else NOT_MEASURED,)
