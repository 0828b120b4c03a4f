"""Where data comes from, as far as is known; by its hash, so that no other goes by its name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """What is known of a set of data.

    Attributes:
        name: as records and cards give it.
        text: who published it and under which licence, in sentences.
    """

    name: str
    text: str


UNRECORDED = Origin(
    "data of unrecorded origin",
    "Not recorded: it is none of the sets that this project knows (`training/origins.py`).",
)
KNOWN = {
    "f0f1797e7f0cfd0004e8869adaa02db68243f1646c421ea3d4709ffea06cad52": Origin(
        "Brain Tumor MRI Dataset (M. Nickparvar), Training part",
        "The Brain Tumor MRI Dataset that M. Nickparvar published; its page states CC0. It merges "
        "three collections: Figshare (J. Cheng, CC BY 4.0, doi 10.6084/m9.figshare.1512427, whose "
        "boxes of experts are used too), SARTAJ and Br35H. No slice of it is in this repository.",
    ),
    "bf3091117ac2d1275d15ca3a34ea9f1ce0e1f22905ced73116f53ff063859f85": Origin(
        "Dream Housing Finance loan prediction set (public), train part",
        "The Dream Housing Finance loan prediction set, which is public and copied widely. Who "
        "collected it, where and when is not known, and neither is its licence. No row of it is in "
        "this repository.",
    ),
}


def origin_of(sha256: str) -> Origin:
    """What is known of the data with this hash (64 hex digits), as a recorded evaluation has it."""
    return KNOWN.get(sha256, UNRECORDED)
