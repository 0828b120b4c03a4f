"""Where a Space's checkpoint comes from, in order, and the truth about which one answers.

1. the folder that an environment variable names;
2. the Hub, at the locked commit, through the local cache;
3. the cached copy, when the Hub cannot be reached or is slow;
4. the bundled checkpoint.

What is not complete, not the locked file to the byte, or cannot be opened is refused by name and
the next source is used. The Hub is asked in the background and waited for a few seconds; a copy
that comes after that is handed on as `Opened.later`. One line of the log says what was loaded, and
why nothing before it in this order.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Generic, TypeVar

from shared.checkpoint.hub_words import detail
from shared.checkpoint.order import Begun, ask, candidates
from shared.checkpoint.places import (
    BUNDLED,
    LoadedCheckpoint,
    from_variable,
    lock_of_space,
    named,
    refusal,
)
from shared.errors import CheckpointError

__all__ = [
    "BUNDLED",
    "Begun",
    "LoadedCheckpoint",
    "Opened",
    "begin",
    "load_checkpoint",
    "not_opened",
    "open_first",
    "say",
]

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class Opened(Generic[T]):
    """What was made of the first checkpoint that could be opened.

    Attributes:
        value: what `open` made of it.
        checkpoint: it.
        open: makes the same of another one.
        later: waits for the Hub's copy, which was not there in time, and returns it; raises
            CheckpointError when it cannot be had after all. None where nothing better can come.
    """

    value: T
    checkpoint: LoadedCheckpoint
    open: Callable[[LoadedCheckpoint], T]
    later: Callable[[], LoadedCheckpoint] | None


def begin(space: Path, *, variable: str, task: str) -> Begun:
    """Ask the Hub, where it has to be asked, and return at once.

    Args:
        space: the Space's folder, with checkpoint.json and the bundled checkpoint.
        variable: environment variable that may name another folder.
        task: what the checkpoint has to be for, one of `contract.REQUIRED`.
    """
    by_name = cache(partial(from_variable, variable, task))
    try:
        if by_name() is not None:
            return Begun(space, task, by_name, None)
    except CheckpointError:
        pass  # said when its turn comes
    try:
        lock = lock_of_space(space, task)
    except CheckpointError:
        return Begun(space, task, by_name, None)  # said when its turn comes
    return Begun(space, task, by_name, ask(lock) if lock.repository else None)


def load_checkpoint(space: Path, *, variable: str, task: str) -> LoadedCheckpoint:
    """Find the checkpoint of a Space, without what may come later.

    Args: as of `begin`. Raises: as `open_first`.
    """
    return open_first(begin(space, variable=variable, task=task), lambda loaded: loaded).checkpoint


def open_first(begun: Begun, open: Callable[[LoadedCheckpoint], T]) -> Opened[T]:
    """Open the first checkpoint in the order that is sound and can be opened.

    Args:
        begun: from `begin`.
        open: makes something of a checkpoint; whatever it raises refuses that one.

    Raises:
        CheckpointError: no source holds a sound checkpoint; it says what was wrong with each.
    """
    refused: list[str] = []
    last: Exception | None = None
    for candidate in candidates(begun, refused):
        try:
            value = open(candidate.checkpoint)
        except Exception as error:  # of any library that reads weights
            refused.append(not_opened(candidate.checkpoint, error))
            log.warning("%s %s", refused[-1], detail(error))
            last = error
            continue
        say(candidate.checkpoint, logging.WARNING if refused else logging.INFO)
        return Opened(value, candidate.checkpoint, open, candidate.later)
    raise CheckpointError(" ".join(refused)) from last


def not_opened(loaded: LoadedCheckpoint, error: Exception) -> str:
    """The sentence on a checkpoint that is what it should be and yet of no use to this code."""
    said = str(error) if isinstance(error, CheckpointError) else type(error).__name__
    sought = named(loaded.repository, loaded.revision)
    return refusal(loaded.source, sought, f"it cannot be opened by this code ({said}).")


def say(loaded: LoadedCheckpoint, level: int = logging.INFO) -> None:
    """One line of the log on what answers."""
    log.log(
        level,
        "checkpoint: %s, revision %s, sha256 %s. %s",
        loaded.source, loaded.revision, loaded.sha256, loaded.why,
    )  # fmt: skip
