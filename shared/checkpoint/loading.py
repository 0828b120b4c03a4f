"""How a Space comes by its checkpoint: each source in its turn, and the truth about which answers.

1. the folder that an environment variable names;
2. the Hub, at the locked commit, through the local cache;
3. the cached copy, when the Hub cannot be reached or is slow;
4. the bundled checkpoint.

What is not complete, not the locked file to the byte, or cannot be opened is refused by name and
the next source is used. The Hub is asked in the background and waited for a few seconds; a copy
that comes after that is handed on as `Opened.later`, asked for as often as its trouble may pass.
A Space that has nothing else waits for it with a page that says so (`open_or_wait`).
One line of the log says what was loaded, and why nothing before it in this order.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Generic, TypeVar

from shared.checkpoint.asking import (
    Asked,
    Waiting,
    answered_by,
    ask,
    has_hope,
    persistently,
    without_end,
)
from shared.checkpoint.hub_errors import detail, root_of
from shared.checkpoint.source import (
    LoadedCheckpoint,
    bundled,
    cached_copy,
    from_variable,
    lock_of_space,
    named,
    published,
    refusal,
)
from shared.errors import CheckpointError

log = logging.getLogger(__name__)

T = TypeVar("T")

PATIENCE = 4.0  # seconds from asking; what a Space imports meanwhile takes most of them anyway
UNPUBLISHED = "No model has been published yet."
LOCKED = "It is the locked revision."
LATE = "It came after the start: the Hub did not give it in time."


@dataclass(frozen=True)
class Begun:
    """A Space that looks for its checkpoint.

    Attributes:
        space: its folder.
        task: what the checkpoint has to be for.
        by_name: the one in a folder that somebody named, as `from_variable`; hashed only once.
        asked: None while the Hub need not be asked.
    """

    space: Path
    task: str
    by_name: Callable[[], LoadedCheckpoint | None]
    asked: Asked | None


@dataclass(frozen=True)
class Candidate:
    """A checkpoint that may be opened, and how to wait for the better one if that may still come:
    `later` raises CheckpointError when it does not.
    """

    checkpoint: LoadedCheckpoint
    later: Callable[[], LoadedCheckpoint] | None = None


@dataclass(frozen=True)
class Opened(Generic[T]):
    """What was made of the first checkpoint that could be opened, or of having none yet.

    Attributes:
        value: what `open` made of it, or `wait` of having none.
        checkpoint: it; None while there is none.
        open: makes the same of another one.
        later: waits for the Hub's copy, which was not there in time, and returns it; raises
            CheckpointError when it cannot be had after all. None where nothing better can come.
        waiting: why there is none yet; None where there is one.
    """

    value: T
    checkpoint: LoadedCheckpoint | None
    open: Callable[[LoadedCheckpoint], T]
    later: Callable[[], LoadedCheckpoint] | None
    waiting: Waiting | None = None


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
    return open_first(begin(space, variable=variable, task=task), lambda loaded: loaded).value


def open_or_wait(
    begun: Begun, open: Callable[[LoadedCheckpoint], T], wait: Callable[[Waiting], T]
) -> Opened[T]:
    """Open the first checkpoint in the order; where the Hub has the only one, wait beside it.

    Args:
        begun: from `begin`.
        open: as of `open_first`.
        wait: makes what stands in its place until the Hub's copy comes, however long that takes.

    Raises:
        CheckpointError: no source holds a sound checkpoint, and the Hub need not be asked.
    """
    try:
        return open_first(begun, open)
    except CheckpointError as error:
        if begun.asked is None:
            raise
        asked, why = begun.asked, str(error)
    sought = named(asked.lock.repository, asked.lock.commit)
    log.warning("%s Waiting for %s, the only source left.", why, sought)
    waiting = Waiting(asked.lock, why)

    def in_the_end() -> LoadedCheckpoint:
        return published(asked.lock, without_end(asked, waiting), "hub", LATE)

    return Opened(wait(waiting), None, open, in_the_end, waiting)


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


def candidates(begun: Begun, refused: list[str]) -> Iterator[Candidate]:
    """The sound checkpoints in their order; each is looked for only when it is its turn.

    Args:
        begun: from `begin`.
        refused: gets a sentence for each source that is passed over.
    """
    by_name = _attempt(begun.by_name, refused)
    if by_name is not None:
        yield Candidate(by_name)
    try:
        lock = lock_of_space(begun.space, begun.task)
    except CheckpointError as error:
        refused.append(str(error))
        return
    if lock.repository is not None:
        yield from _of_published(begun.space, begun.asked or ask(lock), refused)
        return
    own = _attempt(lambda: bundled(begun.space, lock, _why(refused, UNPUBLISHED)), refused)
    if own is not None:
        yield Candidate(own)


def _of_published(space: Path, asked: Asked, refused: list[str]) -> Iterator[Candidate]:
    """The sources of a published model: Hub, cache, bundled."""
    lock, sought = asked.lock, named(asked.lock.repository, asked.lock.commit)

    def from_hub(why: str) -> LoadedCheckpoint:
        return published(lock, asked.copy.result(), "hub", why)

    def in_the_end() -> LoadedCheckpoint:
        return published(lock, persistently(asked), "hub", LATE)

    def from_cache() -> LoadedCheckpoint:
        return published(lock, cached_copy(lock), "cache", _why(refused, ""))

    in_time = answered_by(asked, asked.since + PATIENCE)
    loaded = _attempt(lambda: from_hub(_why(refused, LOCKED)), refused) if in_time else None
    if not in_time:
        late = f"it had not given everything within {PATIENCE:.0f} seconds of the start."
        refused.append(refusal("hub", sought, late))
    loaded = loaded or _attempt(from_cache, refused)
    if loaded is not None:
        yield Candidate(loaded)
    to_come = loaded is None and has_hope(asked)  # what was loaded had the same bytes
    own = _attempt(lambda: bundled(space, lock, _why(refused, "")), refused)
    if own is not None:
        yield Candidate(own, in_the_end if to_come else None)


def _why(refused: list[str], otherwise: str) -> str:
    return " ".join(refused) or otherwise


def _attempt(
    find: Callable[[], LoadedCheckpoint | None], refused: list[str]
) -> LoadedCheckpoint | None:
    """What was found, or None and a sentence on why not."""
    try:
        return find()
    except CheckpointError as error:
        refused.append(str(error))
        if not isinstance(root_of(error), CheckpointError):  # what is not for visitors
            log.warning("%s %s", error, detail(error))
        return None
