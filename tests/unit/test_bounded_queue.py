"""A bounded queue in front of slow work: a few at a time, and not without end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from shared.errors import InputError
from shared.page.endpoints import BoundedQueue

T = TypeVar("T")
WORDS = {"what": "slow explanations", "advice": "Ask again in a minute."}


def finished(work: Coroutine[Any, Any, T]) -> T:
    """Its result, from a thread of its own: Playwright's loop may be running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def test_no_more_work_at_a_time_than_allowed() -> None:
    under_way, most, lock = 0, 0, threading.Lock()
    together = threading.Barrier(2, timeout=10)

    def work() -> int:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        together.wait()  # nobody ends alone: two at a time do happen
        with lock:
            under_way -= 1
        return 7

    async def all_of_them() -> list[int]:
        queue = BoundedQueue(at_a_time=2, most_waiting=10, **WORDS)
        return await asyncio.gather(*(queue.run(work) for _ in range(6)))

    assert finished(all_of_them()) == [7] * 6
    assert most == 2


def test_who_comes_when_the_queue_is_full_is_told_so() -> None:
    gate = threading.Event()

    async def three() -> int:
        queue = BoundedQueue(at_a_time=1, most_waiting=1, **WORDS)
        inside = [asyncio.create_task(queue.run(lambda: gate.wait(10))) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(InputError, match="2 slow explanations .* Ask again"):
            await queue.run(lambda: True)
        gate.set()
        assert await asyncio.gather(*inside) == [True, True]
        return await queue.run(lambda: 1)  # there is room again, also after an error

    assert finished(three()) == 1


def test_an_error_gives_its_turn_back() -> None:
    def fails() -> None:
        raise ValueError("no")

    async def twice() -> str:
        queue = BoundedQueue(at_a_time=1, most_waiting=0, **WORDS)
        with pytest.raises(ValueError, match="no"):
            await queue.run(fails)
        return await queue.run(lambda: "yes")

    assert finished(twice()) == "yes"
