"""All that is measured of the loan Space."""

from __future__ import annotations

from pathlib import Path

import loan_http
import loan_in_process
import loan_table
import start
from callers import Effort
from loan_applicants import draw_applicants
from loan_bare import read_bare
from rows import Goal, Row

from loan_space.serving import serve
from shared.checkpoint.loading import load_checkpoint
from shared.checkpoint.source import LoadedCheckpoint
from shared.loan.fields.application import as_values

HERE = Path(__file__).parent
SPACE = HERE.parents[1] / "spaces" / "loan"
NOOP = HERE / "noop_plain_space.py"
FULL = Effort(rounds=20, repeats=15, rushes=3, seconds=10, requests=200, settle=5)
QUICK = Effort(rounds=2, repeats=5, rushes=1, seconds=2, requests=10, settle=2)
ROWS, FEW_ROWS = 1_000_000, 20_000
SEED = 3


def checkpoint() -> LoadedCheckpoint:
    """What is measured."""
    return load_checkpoint(SPACE, variable="LOAN_CHECKPOINT", task="loan")


def measure(loaded: LoadedCheckpoint, *, quick: bool) -> list[Row]:
    """All comparisons; minutes."""
    app, effort, served = SPACE / "app.py", QUICK if quick else FULL, serve(loaded)
    (someone,) = draw_applicants(served.fields, 1, SEED)
    ask = loan_http.predicting(list(as_values(served.fields, someone).values()))
    print("Starting the loan Space and a no-op app in turns ...", flush=True)
    rows = start.measure(
        app,
        ask,
        NOOP,
        starts=2 if quick else 7,
        name="loan_start",
        label="Process start to the first answer of /predict, against a no-op Gradio app",
        goal=Goal("at most", 1.5),
    )
    print("Asking the loan Space and a no-op app over HTTP ...", flush=True)
    rows += loan_http.measure(app, NOOP, ask, effort)
    print("Answering for applicants in this process ...", flush=True)
    bare = read_bare(loaded.folder)
    rows += loan_in_process.measure(served, bare, rounds=effort.rounds, repeats=effort.repeats)
    print("Answering tables in this process and in others ...", flush=True)
    count, rounds = (FEW_ROWS, 1) if quick else (ROWS, 5)
    return rows + loan_table.measure(served, bare, count=count, rounds=rounds)
