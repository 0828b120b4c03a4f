"""The mark for heavy work that ZeroGPU may run on a GPU, and the way on without one.

On ZeroGPU a marked function runs in a forked process that holds a GPU: arguments and results are
pickled. Its package `spaces` is there on Hugging Face alone; elsewhere the mark does nothing. A
Space there without any marked function is not started.
https://huggingface.co/docs/hub/spaces-zerogpu
"""

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
    mark = getattr(spaces, "GPU", None)  # a mere folder of that name on the path has none
    marked_work: Work = mark(duration=seconds)(work) if mark else work
    return marked_work


def with_cpu_fallback(on_gpu: Callable[[], R], on_cpu: Callable[[], R]) -> R:
    """What `on_gpu` returns; what `on_cpu` returns where no GPU could be had.

    Raises:
        InputError: of either: what was asked for cannot be done anywhere.
    """
    try:
        return on_gpu()
    except InputError:
        raise
    except Exception as error:  # used up quota, a line too long, a lost process: many kinds
        _log(error)
    return on_cpu()


def steps_with_cpu_fallback(
    on_gpu: Callable[[], Generator[T, None, R]], on_cpu: Callable[[], Generator[T, None, R]]
) -> Generator[T, None, R]:
    """As `with_cpu_fallback`, for work in steps; `on_cpu` begins from the start."""
    try:
        return (yield from on_gpu())
    except InputError:
        raise
    except Exception as error:
        _log(error)
    return (yield from on_cpu())


def _log(error: Exception) -> None:
    log.warning("no GPU for this (%s: %s), so the processor does it", type(error).__name__, error)
