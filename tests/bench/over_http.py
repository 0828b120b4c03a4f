"""Our Space and the naive one, each in a process of its own, asked over plain HTTP.

Both get the same 512 px grey JPEG. One measurement is an upload and a call, until the answer is
there. The naive Space answers with probabilities and overlay, as our `/explain` does, which adds
the raw map; our `/predict` answers without a map.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from pathlib import Path

from callers import Ask, Effort, ask_often, rushes
from example_slice import slice_jpeg
from http_calls import call, connect, once, upload
from rows import Goal, Row, compared, stated, times_cost, times_gain
from servers import Server, first_answer, memory_mb, serving
from timing import Sample, take_turns

SIDE = 512  # px
CALLERS = 16
HERE = Path(__file__).parent
SAME_WORK = ("explain", "naive")
EXPLAIN_DEFAULTS = [None, None, None, "gradcam", False, 0]


def measure(app: Path, checkpoint: Path, example: Path, effort: Effort) -> list[Row]:
    """Latency, throughput and memory of both servers."""
    ask = asks(slice_jpeg(example, SIDE))
    with serving([str(app)]) as ours, serving([naive_script(), str(checkpoint)]) as naive:
        servers = {"explain": ours, "predict": ours, "naive": naive}
        for name, server in servers.items():
            first_answer(server, functools.partial(once, ask[name]))
        time.sleep(effort.settle)
        idle = {name: memory_mb(servers[name]) for name in SAME_WORK}
        rows = latency(servers, ask, effort) + throughput(servers, ask, effort)
        for name in SAME_WORK:
            ask_often(servers[name].port, ask[name], effort.requests)
        busy = {name: memory_mb(servers[name]) for name in SAME_WORK}
    return rows + memory(idle, busy, effort.requests)


def asks(jpeg: bytes) -> dict[str, Ask]:
    """Upload and call, for each endpoint."""
    return {
        "explain": lambda at: call(at, "explain", [upload(at, jpeg), *EXPLAIN_DEFAULTS]),
        "predict": lambda at: call(at, "predict", [upload(at, jpeg), 0]),
        "naive": lambda at: call(at, "predict", [upload(at, jpeg)]),
    }


def naive_script() -> str:
    """Where the naive Space is."""
    return str(HERE / "naive_space.py")


def latency(servers: Mapping[str, Server], ask: Mapping[str, Ask], effort: Effort) -> list[Row]:
    """One caller at a time."""
    connections = {name: connect(server.port) for name, server in servers.items()}
    calls = {name: functools.partial(ask[name], connections[name]) for name in servers}
    taken = take_turns(calls, rounds=effort.rounds, repeats=effort.repeats)
    for connection in connections.values():
        connection.close()
    naive = taken["naive"]
    return [
        compared(
            f"http_{name}",
            f"Upload and {words}, against the naive Space",
            taken[name],
            naive,
            unit="ms",
            ratio=times_gain(taken[name], naive),
            goal=goal,
        )
        for name, words, goal in (
            ("explain", "answer with overlay", Goal("at least", 5)),
            ("predict", "answer alone", None),
        )
    ]


def throughput(servers: Mapping[str, Server], ask: Mapping[str, Ask], effort: Effort) -> list[Row]:
    """Sixteen callers at a time, who share the cores with the servers."""
    ports = {name: server.port for name, server in servers.items()}
    rushed = rushes(ports, ask, callers=CALLERS, times=effort.rushes, seconds=effort.seconds)
    rates = {name: Sample(tuple(rush.rate for rush in rushed[name])) for name in servers}
    own = Sample(tuple(1e3 * rush.own_seconds / rush.answers for rush in rushed["explain"]))
    return [
        *(
            compared(
                f"callers_{name}",
                f"{words} at {CALLERS} callers, against the naive Space",
                rates[name],
                rates["naive"],
                unit="/s",
                ratio=times_cost(rates[name], rates["naive"]),
                goal=goal,
            )
            for name, words, goal in (
                ("explain", "Answers with overlay", Goal("at least", 10)),
                ("predict", "Answers alone", None),
            )
        ),
        stated(
            "callers_own", "Processor time of the callers themselves, an answer", own, unit="ms"
        ),
    ]


def memory(idle: Mapping[str, float], busy: Mapping[str, float], requests: int) -> list[Row]:
    """Memory of the servers, before and after."""
    return [
        compared(
            name,
            label,
            Sample((taken["explain"],)),
            Sample((taken["naive"],)),
            unit="MB",
            ratio=taken["explain"] / taken["naive"],
        )
        for name, label, taken in (
            ("memory_idle", "Memory of the server, idle", idle),
            ("memory_busy", f"Memory of the server, after {requests} more requests", busy),
        )
    ]
