"""Work in daemon threads: it never keeps a process from ending.

The workers of a ThreadPoolExecutor are waited for at exit; a download that hangs would hold Ctrl-C.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from functools import partial
from typing import TypeVar

T = TypeVar("T")
Item = TypeVar("Item")


def in_background(work: Callable[[], T]) -> Future[T]:
    """Begin some work and return at once; the future has its result or its error."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # whoever asks for the result gets it
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def in_parallel(work: Callable[[Item], T], items: Sequence[Item], at_once: int) -> list[T]:
    """The result for each item, in their order.

    Args:
        work: is done for one item.
        items: all of them.
        at_once: how many are worked on at a time.

    Raises:
        BaseException: what `work` raised for an item; nothing more is begun then.
    """
    turns, given_up = threading.BoundedSemaphore(at_once), threading.Event()

    def one(item: Item) -> T:
        with turns:
            if given_up.is_set():
                raise CancelledError
            return work(item)

    begun = [in_background(partial(one, item)) for item in items]
    try:
        return [each.result() for each in begun]
    finally:
        given_up.set()
