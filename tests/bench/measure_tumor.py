"""All that is measured of the tumor Space."""

from __future__ import annotations

from pathlib import Path

import in_process
import over_http
import start
from callers import Effort
from example_slice import example_with_map, slice_jpeg
from rows import Goal, Row

from shared.checkpoint.loading import load_checkpoint
from shared.checkpoint.source import LoadedCheckpoint

HERE = Path(__file__).parent
SPACE = HERE.parents[1] / "spaces" / "tumor"
NOOP = HERE / "noop_space.py"
FULL = Effort(rounds=10, repeats=10, rushes=3, seconds=10, requests=200, settle=20)
QUICK = Effort(rounds=2, repeats=2, rushes=1, seconds=2, requests=10, settle=12)


def checkpoint() -> LoadedCheckpoint:
    """What is measured."""
    return load_checkpoint(SPACE, variable="TUMOR_CHECKPOINT", task="tumor")


def measure(loaded: LoadedCheckpoint, *, quick: bool) -> list[Row]:
    """All comparisons; minutes."""
    app, example = SPACE / "app.py", example_with_map(loaded.folder)
    print("Starting the tumor Space and a no-op app in turns ...", flush=True)
    rows = start.measure(
        app,
        over_http.asks(slice_jpeg(example, over_http.SIDE))["predict"],
        NOOP,
        starts=2 if quick else 7,
        name="start",
        label="Process start to the first answer of /predict, against a no-op Gradio app with "
        "torch",
        goal=Goal("at most", 1.6),
    )
    print("Asking the tumor Space and a naive one over HTTP ...", flush=True)
    rows += over_http.measure(app, loaded.folder, example, QUICK if quick else FULL)
    print("Answering for slices in this process ...", flush=True)
    rounds, repeats = (3, 5) if quick else (20, 15)
    return rows + in_process.measure(loaded.folder, example, rounds=rounds, repeats=repeats)
