"""The loan Space over plain HTTP, on connections that are kept open, beside a no-op Gradio app."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from pathlib import Path

from callers import Ask, Effort, ask_often, rushes
from http_calls import call, once
from rows import Row, compared, stated, times_cost
from servers import Server, first_answer, memory_mb, serving
from start import ask_noop
from timing import Sample

CALLERS = (1, 16)


def measure(app: Path, noop: Path, ask: Ask, effort: Effort) -> list[Row]:
    """Answers a second and memory of both servers.

    Args:
        app, noop: the scripts.
        ask: for an answer of the Space.
        effort: how much is measured; of its turns only the rushes count here.
    """
    asks = {"ours": ask, "noop": ask_noop}
    with serving([str(app)]) as ours, serving([str(noop)]) as other:
        servers = {"ours": ours, "noop": other}
        for name, server in servers.items():
            first_answer(server, functools.partial(once, asks[name]))
        time.sleep(effort.settle)
        idle = memory_mb(ours)
        rows = [
            row for callers in CALLERS for row in throughput(servers, asks, effort, callers=callers)
        ]
        ask_often(ours.port, ask, effort.requests)
        busy = memory_mb(ours)
    return [*rows, *memory(idle, busy, effort.requests)]


def predicting(values: list[object]) -> Ask:
    """Asks `/predict` for an applicant, the values in the order of the fields."""
    return lambda connection: call(connection, "predict", values)


def throughput(
    servers: Mapping[str, Server], asks: Mapping[str, Ask], effort: Effort, *, callers: int
) -> list[Row]:
    """So many callers at a time, who share the cores with the servers."""
    ports = {name: server.port for name, server in servers.items()}
    rushed = rushes(ports, asks, callers=callers, times=effort.rushes, seconds=effort.seconds)
    ours, noop = (Sample(tuple(rush.rate for rush in rushed[name])) for name in ("ours", "noop"))
    who = "1 caller" if callers == 1 else f"{callers} callers"
    return [
        compared(
            f"loan_callers_{callers}",
            f"Answers of /predict at {who}, against a no-op Gradio app",
            ours,
            noop,
            unit="/s",
            ratio=times_cost(ours, noop),
        )
    ]


def memory(idle: float, busy: float, requests: int) -> list[Row]:
    """Memory of the server, before and after."""
    return [
        stated("loan_memory_idle", "Memory of the server, idle", Sample((idle,)), unit="MB"),
        stated(
            "loan_memory_busy",
            f"Memory of the server, after the callers and {requests} more requests",
            Sample((busy,)),
            unit="MB",
        ),
    ]
