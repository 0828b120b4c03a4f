"""From the start of the process to the first answer: a Space of ours against a no-op Gradio app."""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

from callers import Ask
from http_calls import call, once
from rows import Goal, Row, compared, times_cost
from servers import first_answer, serving
from timing import Sample, turning


def measure(
    app: Path, ask: Ask, noop: Path, *, starts: int, name: str, label: str, goal: Goal
) -> list[Row]:
    """Start both in turns; the first start of each is not counted, it reads files into memory.

    Args:
        app: the Space's script.
        ask: for an answer of the Space.
        noop: the script of the no-op app.
        starts: of each that count.
        name, label, goal: of the row.
    """
    first: dict[str, Callable[[], float]] = {
        "ours": lambda: start_once(app, ask),
        "noop": lambda: start_once(noop, ask_noop),
    }
    taken: dict[str, list[float]] = {name: [] for name in first}
    for order in turning(tuple(first), starts + 1):
        for name in order:
            taken[name].append(first[name]())
    ours, other = (Sample(tuple(taken[name][1:])) for name in ("ours", "noop"))
    ratio = times_cost(ours, other)
    return [compared(name, label, ours, other, unit="s", ratio=ratio, goal=goal)]


def start_once(script: Path, ask: Ask) -> float:
    """Seconds from the start of a script to its first answer."""
    with serving([str(script)]) as server:
        return first_answer(server, lambda port: once(ask, port))


def ask_noop(connection: HTTPConnection) -> object:
    """One call of the no-op app."""
    return call(connection, "predict", ["hello"])
