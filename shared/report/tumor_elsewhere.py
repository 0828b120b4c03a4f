"""What the tumor classifier does with pictures of other hospitals, as part of its report."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared.report.blocks import Block, Text, figure_table, grid
from shared.report.figures import flat

ELSEWHERE = (
    "A visitor's slice comes from a hospital that the network never saw, so these figures come "
    "first. Nothing was fitted on these slices but temperature and sets for pictures that are "
    "unlike those that the network learned from, and that on the other half of the patients. What "
    "is refused gets no answer; all but the first column is of the answers given."
)
TUMOR_OR_NOT = (
    "All sources together. Recall where 92 of 100 healthy slices are not called tumor; a refused "
    "slice with a tumor counts as missed."
)
ERASED = (
    "The tumor is covered by what lies opposite to it in the head, and the network is asked again. "
    "A network that answers from the tumor alone would say that there is none; a patch of the same "
    "size elsewhere shows what covering alone does."
)
STEADY = (
    "A map is called steady when it marks nearly the same single place after the slice is mirrored "
    "and moved by a few pixels. Steady maps lie in the expert's box more often (pointing); the AUC "
    "says how well steadiness tells maps that lie in it from maps that do not."
)
COLUMNS = ("refused", "accuracy", "ece", "coverage", "mean_size")
PARTS = (
    (TUMOR_OR_NOT, "Tumor or not", "tumor_or_not"),
    (ERASED, "Called tumor, with the tumor covered", "erased"),
    (STEADY, "Maps", "maps"),
)


def elsewhere(section: Mapping[str, Any], label: Callable[[str], str]) -> Sequence[Block]:
    """Answers by source and sequence, tumors found, the erase test, and maps.

    Args:
        section: of the record.
        label: makes words of a name in the record.
    """
    rows = [(name, section.get(name) or {}) for name in ("all", "far", "near")]
    rows += [*(section.get("by_source") or {}).items(), *(section.get("by_sequence") or {}).items()]
    told = [(f"{_kind(name, label)} (n = {row['n']})", row) for name, row in rows if row]
    blocks: list[Block] = [
        Text(ELSEWHERE),
        grid("Answers", "Slices", {name: label(name) for name in COLUMNS}, told),
    ]
    for note, title, key in PARTS:
        if section.get(key):
            blocks += [Text(note), figure_table(title, flat(section[key], label))]
    return blocks


def _kind(name: str, label: Callable[[str], str]) -> str:
    """A source, or a sequence of a source, in words."""
    source, _, sequence = name.partition(", ")
    return ", ".join(filter(None, (label(source), sequence)))
