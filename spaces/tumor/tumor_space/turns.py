"""Whose turn it is: what is quick is answered at once, what is slow waits without holding a thread.

Gradio's own queue costs an answer two more round trips and half as much time again; it would be
paid by those who ask for nothing slow, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from shared.errors import InputError

T = TypeVar("T")


class Turns:
    """A bounded line in front of slow work."""

    def __init__(self, at_a_time: int, most_waiting: int) -> None:
        """Let `at_a_time` callers work at once, and `most_waiting` more wait."""
        self._free = asyncio.Semaphore(at_a_time)
        self._most = at_a_time + most_waiting
        self._inside = 0

    async def take(self, work: Callable[[], T]) -> T:
        """Do slow work in a thread when it is its turn.

        Raises:
            InputError: too many wait already.
        """
        if self._inside >= self._most:
            raise InputError(
                f"{self._inside} slow explanations are under way or wait already. Ask again in a "
                'minute, or for method "gradcam" without evidence, which never waits.'
            )
        self._inside += 1
        try:
            async with self._free:
                return await at_once(work)
        finally:
            self._inside -= 1


async def at_once(work: Callable[[], T]) -> T:
    """Do quick work in a thread."""
    return await asyncio.to_thread(work)
