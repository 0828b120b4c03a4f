"""Whose turn it is: what is quick is answered at once, what is slow waits without holding a thread.

Gradio's own queue costs an answer two more round trips; that would be paid by those who ask for
nothing slow, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from shared.errors import InputError

MOST_WAITING = 128  # in any line; beyond that a caller is told to come back

T = TypeVar("T")


class Turns:
    """A bounded line in front of slow work."""

    def __init__(self, at_a_time: int, most_waiting: int, *, what: str, advice: str) -> None:
        """Let `at_a_time` callers work at once, and `most_waiting` more wait.

        Args:
            at_a_time, most_waiting: how many.
            what: the work in words, as a plural: "slow explanations".
            advice: a sentence for who comes when the line is full.
        """
        self._free = asyncio.Semaphore(at_a_time)
        self._most = at_a_time + most_waiting
        self._what, self._advice = what, advice
        self._inside = 0

    async def take(self, work: Callable[[], T]) -> T:
        """Do slow work in a thread when it is its turn.

        Raises:
            InputError: too many wait already.
        """
        if self._inside >= self._most:
            raise InputError(
                f"{self._inside} {self._what} are under way or wait already. {self._advice}"
            )
        self._inside += 1
        try:
            async with self._free:
                return await asyncio.to_thread(work)
        finally:
            self._inside -= 1
