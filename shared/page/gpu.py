"""The mark for heavy work that ZeroGPU may run on a GPU, and the way on without one.

On ZeroGPU a marked function runs in a forked process that holds a GPU: arguments and results are
pickled. Its package `spaces` is there on Hugging Face alone; elsewhere the mark does nothing. A
Space there without any marked function is not started.
https://huggingface.co/docs/hub/spaces-zerogpu
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from typing import Any, TypeVar

from shared.errors import InputError

log = logging.getLogger(__name__)

Work = TypeVar("Work", bound=Callable[..., Any])
T = TypeVar("T")
R = TypeVar("R")


def marked(work: Work, *, seconds: int) -> Work:
    """A function or a generator function, marked for the GPU.

    Args:
        work: takes and gives what can be pickled, and chooses its device when it is called.
        seconds: that it may take; a visitor's quota must hold so many.

    Returns:
        `work` itself where there is no ZeroGPU.
    """
    try:
        import spaces
    except ImportError:
        return work
    mark = getattr(spaces, "GPU", None)  # a folder of that name on the path is no such package
    found: Work = mark(duration=seconds)(work) if mark else work
    return found


def or_here(there: Callable[[], R], here: Callable[[], R]) -> R:
    """What `there` returns; what `here` does where no GPU could be had.

    Raises:
        InputError: of either: what was asked for cannot be done anywhere.
    """
    try:
        return there()
    except InputError:
        raise
    except Exception as error:  # used up quota, a line too long, a lost process: many kinds
        _say(error)
    return here()


def steps_or_here(
    there: Callable[[], Generator[T, None, R]], here: Callable[[], Generator[T, None, R]]
) -> Generator[T, None, R]:
    """As `or_here`, for work in steps; `here` begins from the start."""
    try:
        return (yield from there())
    except InputError:
        raise
    except Exception as error:
        _say(error)
    return (yield from here())


def _say(error: Exception) -> None:
    log.warning("no GPU for this (%s: %s), so the processor does it", type(error).__name__, error)
