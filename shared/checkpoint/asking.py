"""The Hub being asked for a locked revision: in time, late, or for as long as it takes.

A Space that has anything to answer with stops asking when the trouble will not pass by itself. One
that has nothing never stops: whoever owns it can mend the rest (a token, a lock) while it runs.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass
from functools import partial
from itertools import chain, repeat
from math import inf
from pathlib import Path

from shared.checkpoint.hub import import_client, in_background
from shared.checkpoint.hub_errors import detail, root_of, status_of
from shared.checkpoint.hub_retries import may_pass, with_retries
from shared.checkpoint.lock import Lock
from shared.checkpoint.source import SHORT, hub_copy
from shared.errors import CheckpointError
from shared.pauses import pause

log = logging.getLogger(__name__)

# Seconds before the Hub is asked again; the last one for good.
PAUSES = (15.0, 60.0, 300.0)  # another checkpoint answers meanwhile
EAGERLY = (1.0, 2.0, 5.0, 10.0)  # visitors wait
SLOWLY = 300.0  # the owner has to do something first
ON_ITS_WAY = "The model is on its way."


@dataclass(frozen=True)
class Asked:
    """The Hub is being asked for the revision of a lock, since a moment of `time.monotonic`."""

    lock: Lock
    copy: Future[Path]
    since: float


@dataclass
class Waiting:
    """A Space that has nothing to answer with until the Hub gives the locked revision.

    Written by the thread that asks, read by requests.

    Attributes:
        lock: names what is waited for.
        why: sentences, for anybody, on why it is not here yet.
        advice: what the owner of the Space has to do; empty where it may pass by itself.
        over: whether the model has come and answers.
    """

    lock: Lock
    why: str
    advice: str = ""
    over: bool = False

    @property
    def reason(self) -> str:
        """Why, and what the owner has to do, or that nobody has to do anything."""
        return f"{self.why} {self.advice or ON_ITS_WAY}"


def ask(lock: Lock) -> Asked:
    """Begin to fetch what a lock names on the Hub."""
    since = time.monotonic()
    import_client()
    return Asked(lock, in_background(partial(hub_copy, lock)), since)


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
    return _until_refused(_tries(asked), PAUSES, lambda error, seconds: None)


def without_end(asked: Asked, waiting: Waiting) -> Path:
    """The folder of the Hub's copy, asked for until it is there.

    Args:
        asked: the first try.
        waiting: is told why it is not there yet, and what the owner has to do.
    """

    def tell(error: Exception, seconds: float) -> None:
        waiting.why = f"{error} The next try is in {seconds:.0f} s."
        waiting.advice = advice_on(error, asked.lock)

    tries = _tries(asked)
    while True:
        try:
            return _until_refused(tries, EAGERLY, tell)
        except CheckpointError as error:
            tell(error, SLOWLY)
            log.warning("%s %s", waiting.reason, detail(error))
            pause(SLOWLY)


def _tries(asked: Asked) -> Iterator[Callable[[], Path]]:
    """The try that is under way, then new ones."""
    return chain([asked.copy.result], repeat(partial(hub_copy, asked.lock)))


def _until_refused(
    tries: Iterator[Callable[[], Path]],
    pauses: tuple[float, ...],
    tell: Callable[[Exception, float], None],
) -> Path:
    """What the first try that succeeds returns.

    Raises:
        CheckpointError: asking again would not help by itself.
    """

    def told(error: Exception, seconds: float) -> None:
        tell(error, seconds)
        log.info("%s Asking again in %.0f seconds.", error, seconds)

    without_limit: Iterable[float] = chain(pauses, repeat(pauses[-1]))
    return with_retries(lambda: next(tries)(), without_limit, told, longest=inf)


def advice_on(error: Exception, lock: Lock) -> str:
    """What the owner of a Space has to do about an error; empty where it may pass by itself."""
    if may_pass(error):
        return ""
    status, name = status_of(error), lock.repository
    if status == 401:
        return (
            f"The owner of this Space has to set its secret HF_TOKEN to a token that may read "
            f"{name}; if it is set, the token has expired or may not read it."
        )
    if status == 403:
        return (
            f"The owner of this Space has to accept the conditions of {name} on the Hub, with the "
            "account whose token is the Space's secret HF_TOKEN."
        )
    if status == 404:
        return (
            f"The owner of this Space has to check checkpoint.json: it locks {name} at "
            f"{(lock.commit or '')[:SHORT]}, which is not there, or is private and needs a token "
            "in the secret HF_TOKEN."
        )
    if type(root_of(error)).__name__ == "OfflineModeIsEnabled":
        return "The owner of this Space has to remove the variable HF_HUB_OFFLINE."
    return "The owner of this Space has to look at its log."
