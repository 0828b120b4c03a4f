"""What endpoints have in common: files that are checked, errors passed on, a bounded queue."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import gradio as gr

from shared.errors import InputError
from shared.page.gradio_internals import is_file_obj_with_meta

MOST_WAITING = 128  # in any queue; beyond that a caller is told to come back

T = TypeVar("T")


def file_path(sent: Any, name: str, example: str) -> str:
    """The path of an upload that Gradio has checked; it checks only what is marked as a file.

    Args:
        sent: what came in place of a file.
        name: of the parameter.
        example: a file name for the advice.

    Raises:
        InputError: it is not marked as a file.
    """
    if not is_file_obj_with_meta(sent):
        raise InputError(
            f"{name} must be a file, but {type(sent).__name__} was sent. Upload it first: "
            f'handle_file("{example}") in the Python and JavaScript clients, or '
            "/gradio_api/upload."
        )
    return str(sent["path"])


@contextmanager
def plain_errors() -> Iterator[None]:
    """An `InputError` as the error that Gradio passes on to callers, with the same text and no
    traceback.
    """
    try:
        yield
    except InputError as error:
        raise gr.Error(str(error), print_exception=False) from error


class BoundedQueue:
    """Slow work, a few at a time; who waits holds no thread.

    Gradio's own queue costs an answer two more round trips; that would be paid by those who ask for
    nothing slow, too.
    """

    def __init__(self, at_a_time: int, most_waiting: int, *, what: str, advice: str) -> None:
        """Let `at_a_time` callers work at once, and `most_waiting` more wait.

        Args:
            at_a_time, most_waiting: how many.
            what: the work in words, as a plural: "slow explanations".
            advice: a sentence for who comes when the queue is full.
        """
        self._free = asyncio.Semaphore(at_a_time)
        self._most = at_a_time + most_waiting
        self._what, self._advice = what, advice
        self._inside = 0

    async def run(self, work: Callable[[], T]) -> T:
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
