"""Many applicants: a CSV to a CSV with answers, in rows a second, and the memory that takes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from loan_applicants import Table, draw_applicants, write_table
from loan_bare import Bare
from rows import Goal, Row, compared, times_cost
from timing import Sample, turning

from loan_space.many import answer_table
from loan_space.serving import Served
from shared.loan.models.features import features

ALONE = Path(__file__).parent / "loan_table_alone.py"
SEED = 2
FEWER = 10  # times fewer rows, to see whether memory grows with them


def measure(served: Served, bare: Bare, *, count: int, rounds: int) -> list[Row]:
    """Speed and memory for a table of so many rows, which is deleted afterwards."""
    table = draw_applicants(served.fields, count, SEED)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        whole, part, target = (Path(folder, f"{name}.csv") for name in ("whole", "part", "out"))
        write_table(whole, served.fields, table)
        write_table(part, served.fields, table[: count // FEWER])
        return [
            speed(served, bare, table, whole, target, rounds=rounds),
            memory(whole, part, target, count),
        ]


def speed(
    served: Served, bare: Bare, table: Table, source: Path, target: Path, *, rounds: int
) -> Row:
    """From file to file, against the bare models on features that are ready."""
    decision = served.predictor.decision
    ready = features(decision.used_fields, table[:, decision.used])

    def ours() -> None:
        for _ in answer_table(served, source, target, with_reasons=False):
            pass

    calls: dict[str, Callable[[], object]] = {
        "ours": ours,
        "bare": lambda: bare.predict_proba(ready),
    }
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for order in turning(tuple(calls), rounds):
        for name in order:
            taken[name].append(len(table) / _seconds(calls[name]))
    rates = {name: Sample(tuple(values)) for name, values in taken.items()}
    return compared(
        "loan_table",
        f"A CSV of {len(table):,} rows to a CSV with answers, against the bare models on ready "
        "features",
        rates["ours"],
        rates["bare"],
        unit="rows/s",
        ratio=times_cost(rates["ours"], rates["bare"]),
        goal=Goal("at least", 0.7),
    )


def memory(whole: Path, part: Path, target: Path, count: int) -> Row:
    """Peak memory of a process that does nothing else; bounded means that the two are close."""
    peaks = [Sample((peak_mb(source, target),)) for source in (whole, part)]
    return compared(
        "loan_table_memory",
        f"Peak memory of a process that answers {count:,} rows, against {count // FEWER:,} rows",
        peaks[0],
        peaks[1],
        unit="MB",
        ratio=times_cost(peaks[0], peaks[1]),
    )


def peak_mb(source: Path, target: Path) -> float:
    """Peak memory in MB of answering a table in a process of its own."""
    command = [sys.executable, str(ALONE), str(source), str(target)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout)


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
