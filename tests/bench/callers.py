"""Many callers at a time: how many answers a second come out."""

from __future__ import annotations

import http.client
import resource
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from http_calls import connect

Ask = Callable[[http.client.HTTPConnection], object]


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


def _together(work: Callable[[int], None], callers: int) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _own_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
