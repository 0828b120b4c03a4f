"""Many callers at a time: how many answers a second come out, and how much of that is measured."""

from __future__ import annotations

import http.client
import resource
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from http_calls import connect
from timing import turning

Ask = Callable[[http.client.HTTPConnection], object]


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Attributes:
        rounds, repeats: turns of what is timed, and timed calls a turn.
        rushes: how often each endpoint is stormed, and for how many `seconds`.
        requests: to each server before its memory is read again.
        settle: seconds after the first answer; ours goes on importing what explanations need.
    """

    rounds: int
    repeats: int
    rushes: int
    seconds: float
    requests: int
    settle: float


@dataclass(frozen=True)
class Rush:
    """What a number of callers got in a while.

    Attributes:
        answers: how many came.
        seconds: from the first call to the last answer.
        own_seconds: processor time that the callers themselves took.
    """

    answers: int
    seconds: float
    own_seconds: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


def rush(port: int, ask: Ask, *, callers: int, seconds: float) -> Rush:
    """Let callers ask one after another, each over its own connection, until the time is up.

    Calls that are under way then are waited for, and counted with their time.

    Raises:
        RuntimeError: a call failed.
    """
    failures: list[BaseException] = []
    counts = [0] * callers
    until = time.perf_counter() + seconds

    def work(number: int) -> None:
        connection = connect(port)
        try:
            while time.perf_counter() < until and not failures:
                ask(connection)
                counts[number] += 1
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    started, own = time.perf_counter(), _own_seconds()
    _together(work, callers)
    if failures:
        raise RuntimeError(f"A call failed: {failures[0]}") from failures[0]
    return Rush(sum(counts), time.perf_counter() - started, _own_seconds() - own)


def rushes(
    ports: Mapping[str, int], ask: Mapping[str, Ask], *, callers: int, times: int, seconds: float
) -> dict[str, list[Rush]]:
    """Several servers in turns, each so many times.

    Args:
        ports: of the servers, by name.
        ask: how each is asked, by the same names.
        callers, seconds: of each rush.
        times: how often each has its turn.
    """
    rushed: dict[str, list[Rush]] = {name: [] for name in ports}
    for order in turning(tuple(ports), times):
        for name in order:
            rushed[name].append(rush(ports[name], ask[name], callers=callers, seconds=seconds))
    return rushed


def ask_often(port: int, ask: Ask, requests: int) -> None:
    """So many calls over one connection."""
    connection = connect(port)
    for _ in range(requests):
        ask(connection)
    connection.close()


def _together(work: Callable[[int], None], callers: int) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _own_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
