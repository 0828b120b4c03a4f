"""From the start of the process to the first answer: our Space against a no-op Gradio app."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from example_slice import slice_jpeg
from http_calls import call
from over_http import SIDE, asks, once
from rows import Goal, Row, compared, times_cost
from servers import first_answer, serving
from timing import Sample, turning

NOOP = Path(__file__).parent / "noop_space.py"


def measure(app: Path, example: Path, *, starts: int) -> list[Row]:
    """Start both in turns; the first start of each is not counted, it reads files into memory."""
    ask = asks(slice_jpeg(example, SIDE))["predict"]
    first: dict[str, Callable[[], float]] = {
        "ours": lambda: start_once(app, lambda port: once(ask, port)),
        "noop": lambda: start_once(NOOP, ask_noop),
    }
    taken: dict[str, list[float]] = {name: [] for name in first}
    for order in turning(tuple(first), starts + 1):
        for name in order:
            taken[name].append(first[name]())
    ours, noop = (Sample(tuple(taken[name][1:])) for name in ("ours", "noop"))
    return [
        compared(
            "start",
            "Process start to the first answer of /predict, against a no-op Gradio app with torch",
            ours,
            noop,
            unit="s",
            ratio=times_cost(ours, noop),
            goal=Goal("at most", 1.6),
        )
    ]


def start_once(script: Path, ask: Callable[[int], object]) -> float:
    """Seconds from the start of a script to its first answer."""
    with serving([str(script)]) as server:
        return first_answer(server, ask)


def ask_noop(port: int) -> object:
    """One call of the no-op app."""
    return once(lambda connection: call(connection, "predict", ["hello"]), port)
