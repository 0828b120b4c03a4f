"""Many applicants: tables to tables with answers, in rows a second, and the memory that takes."""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from loan_applicants import Table, draw_applicants, write_parquet, write_table
from loan_bare import Bare
from rows import Goal, Row, compared, times_cost
from timing import Sample, turning

from loan_space.many import answer_table
from loan_space.serving import Served
from shared.loan.models.features import features

ALONE = Path(__file__).parent / "loan_table_alone.py"
SEED = 2
KINDS = {  # the name of the row and what was measured
    "plain": ("loan_table", "A CSV of {rows} rows to a CSV"),
    "quoted": ("loan_table_quoted", "The same with every cell in quotes to a CSV"),
    "parquet": ("loan_table_parquet", "The same as Parquet to Parquet"),
}
FEWER = 10  # times fewer rows, to see whether memory grows with them


def measure(served: Served, bare: Bare, *, count: int, rounds: int) -> list[Row]:
    """Speed and memory for tables of so many rows, which are deleted afterwards."""
    table = draw_applicants(served.fields, count, SEED)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        sources = {kind: folder / f"{kind}.csv" for kind in KINDS}
        write_table(sources["plain"], served.fields, table)
        write_table(sources["quoted"], served.fields, table, quoting=csv.QUOTE_ALL)
        write_parquet(sources["parquet"], served.fields, table)
        part, target = folder / "part.csv", folder / "out"
        write_table(part, served.fields, table[: count // FEWER])
        return [
            *speeds(served, bare, table, sources, target, rounds=rounds),
            memory(sources["plain"], part, target, count),
        ]


def speeds(
    served: Served,
    bare: Bare,
    table: Table,
    sources: dict[str, Path],
    target: Path,
    *,
    rounds: int,
) -> list[Row]:
    """From file to file, each kind and the bare models on ready features in turns."""
    decision = served.predictor.decision
    ready = features(decision.used_fields, table[:, decision.used])

    def answer(source: Path) -> None:
        for _ in answer_table(served, source, target, with_reasons=False):
            pass

    calls: dict[str, Callable[[], object]] = {
        kind: partial(answer, source) for kind, source in sources.items()
    }
    calls["bare"] = lambda: bare.predict_proba(ready)
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for order in turning(tuple(calls), rounds):
        for name in order:
            taken[name].append(len(table) / _seconds(calls[name]))
    rates = {name: Sample(tuple(values)) for name, values in taken.items()}
    return [
        compared(
            name,
            f"{what.format(rows=f'{len(table):,}')} with answers, against the bare models on ready "
            "features",
            rates[kind],
            rates["bare"],
            unit="rows/s",
            ratio=times_cost(rates[kind], rates["bare"]),
            goal=Goal("at least", 0.7),
        )
        for kind, (name, what) in KINDS.items()
    ]


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
