"""Where a figure comes from: the data, the code and the versions; and the record that says so.

Data are known by their hash, so that no other set goes by the name of a known one.
"""

import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from shared.checkpoint.contract import EVALUATION_FILE, SCHEMA
from training.draws import hashes_of_measured
from training.stages import write_record

PACKAGES = (
    "torch",
    "timm",
    "captum",
    "onnxruntime",
    "numpy",
    "pillow",
    "scikit-learn",
    "skops",
    "fairlearn",
    "skl2onnx",
)


@dataclass(frozen=True)
class Origin:
    """A set of data: its name, and in sentences who published it under which licence."""

    name: str
    text: str


UNRECORDED = Origin(
    "data of unrecorded origin",
    "Not recorded: it is none of the sets that this project knows (`training/provenance.py`).",
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


def commit() -> str:
    """The commit of this checkout, with "+changes" where files differ from it."""
    root = Path(__file__).parent

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=root, capture_output=True, text=True, check=False
        ).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no")
    return (git("rev-parse", "HEAD") or "unknown") + ("+changes" if changed else "")


def versions() -> dict[str, str]:
    """Python and the packages that a result may depend on."""
    installed = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            installed[name] = version(name)
        except PackageNotFoundError:
            installed[name] = "not installed"
    return installed


def provenance(
    task: str, data: Mapping[str, Any], splits: Mapping[str, Any], seed: int, interval: str
) -> dict[str, Any]:
    """How the record of an evaluation begins; `interval` says what the intervals are."""
    return {
        "schema": SCHEMA,
        "task": task,
        "data": {"name": origin_of(data["sha256"]).name, **data},
        "splits": dict(splits),
        "interval": interval,
        "seed": seed,
        "commit": commit(),
        "versions": versions(),
    }


def write_evaluation(checkpoint: Path, record: Mapping[str, Any]) -> None:
    """Write `evaluation.json` beside what was measured, with its hashes, and print the headline."""
    measured = hashes_of_measured(checkpoint, record["task"])
    write_record(checkpoint / EVALUATION_FILE, {**record, "measured": measured})
    for row in record["headline"]:
        spread = f"{row['low']:.3f} to {row['high']:.3f}"
        print(f"{row['label']}: {row['value']:.3f} ({spread}), n {row['n']}")
