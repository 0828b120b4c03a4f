"""The order in which the sources of a checkpoint are asked, and how long each is waited for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass
from functools import partial
from itertools import chain, repeat
from pathlib import Path

from shared.checkpoint.background import in_background
from shared.checkpoint.hub import import_client
from shared.checkpoint.hub_words import detail, may_pass, root_of
from shared.checkpoint.lock import Lock
from shared.checkpoint.places import (
    LoadedCheckpoint,
    bundled,
    cached_copy,
    hub_copy,
    lock_of_space,
    named,
    published,
    refusal,
)
from shared.errors import CheckpointError
from shared.pauses import pause

log = logging.getLogger(__name__)

PATIENCE = 4.0  # seconds from asking; what a Space imports meanwhile takes most of them anyway
UNPUBLISHED = "No model has been published yet."
LOCKED = "It is the locked revision."
LATE = "It came after the start: the Hub did not give it in time."
PAUSES = (15.0, 60.0, 300.0)  # seconds before the Hub is asked again; the last one for good


@dataclass(frozen=True)
class Asked:
    """The Hub is being asked for the revision of a lock, since a moment of `time.monotonic`."""

    lock: Lock
    copy: Future[Path]
    since: float


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


def ask(lock: Lock) -> Asked:
    """Begin to fetch what a lock names on the Hub."""
    since = time.monotonic()
    import_client()
    return Asked(lock, in_background(partial(hub_copy, lock)), since)


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
    """The sources of a published model: Hub, cache, bundled, and the Hub however long it takes."""
    lock, sought = asked.lock, named(asked.lock.repository, asked.lock.commit)

    def from_hub(why: str) -> LoadedCheckpoint:
        return published(lock, asked.copy.result(), "hub", why)

    def in_the_end() -> LoadedCheckpoint:
        return published(lock, persistently(asked), "hub", LATE)

    def from_cache() -> LoadedCheckpoint:
        return published(lock, cached_copy(lock), "cache", _why(refused, ""))

    in_time = answered_by(asked, asked.since + PATIENCE)
    found = _attempt(lambda: from_hub(_why(refused, LOCKED)), refused) if in_time else None
    if not in_time:
        late = f"it had not given everything within {PATIENCE:.0f} seconds of the start."
        refused.append(refusal("hub", sought, late))
    found = found or _attempt(from_cache, refused)
    if found is not None:
        yield Candidate(found)
    to_come = found is None and has_hope(asked)  # what was found had the same bytes
    own = _attempt(lambda: bundled(space, lock, _why(refused, "")), refused)
    if own is not None:
        yield Candidate(own, in_the_end if to_come else None)
    if not in_time:
        log.warning("%s Waiting for %s, the only source left.", " ".join(refused), sought)
        last = _attempt(lambda: from_hub(LATE), refused)
        if last is not None:
            yield Candidate(last)


def answered_by(asked: Asked, end: float) -> bool:
    """Whether the Hub has given all, or refused, by a moment of `time.monotonic`."""
    return bool(wait([asked.copy], timeout=end - time.monotonic()).done)


def has_hope(asked: Asked) -> bool:
    """Whether the Hub's copy may still come: it is on its way, or the Hub was in trouble."""
    if not asked.copy.done():
        return True
    error = asked.copy.exception()
    return error is not None and may_pass(error)


def persistently(asked: Asked) -> Path:
    """The folder of the Hub's copy, asked for again as long as its trouble may pass.

    Raises:
        CheckpointError: it cannot be had, however often it is asked for.
    """
    get, pauses = asked.copy.result, chain(PAUSES, repeat(PAUSES[-1]))
    while True:
        try:
            return get()
        except CheckpointError as error:
            if not may_pass(error):
                raise
            seconds = next(pauses)
            log.info("%s Asking again in %.0f seconds.", error, seconds)
        pause(seconds)
        get = partial(hub_copy, asked.lock)


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
