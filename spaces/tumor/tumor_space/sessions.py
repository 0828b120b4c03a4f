"""The last answer of each open page, for minutes, so that another map need not start over.

It holds what the network made of a slice, for one purpose: another class, layer or method for the
slice that the visitor is looking at. It is dropped when the page closes, when it is old, and when
there are many.
"""

import itertools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from shared.tumor.predictor import Answer

LIFETIME = 600.0  # seconds
MOST = 64  # answers; each holds about 1 MB of features


class Sessions:
    """Answers by session; safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, Answer]] = OrderedDict()
        self._turns: dict[str, int] = {}
        self._numbers = itertools.count()

    def remember(self, session: str, answer: Answer) -> None:
        """Keep the answer of a session in place of its last one."""
        with self._lock:
            self._kept.pop(session, None)
            self._kept[session] = (self._clock(), answer)
            while len(self._kept) > MOST or self._is_old(next(iter(self._kept))):
                self._turns.pop(self._kept.popitem(last=False)[0], None)

    def recall(self, session: str) -> Answer | None:
        """The answer of a session; None when there is none any more."""
        with self._lock:
            if session in self._kept and self._is_old(session):
                del self._kept[session]
            return self._kept[session][1] if session in self._kept else None

    def forget(self, session: str) -> None:
        """Drop what is kept of a session."""
        with self._lock:
            self._kept.pop(session, None)
            self._turns.pop(session, None)

    def take_turn(self, session: str) -> int:
        """The number of a new look at the answer of a session; earlier looks lose their turn."""
        with self._lock:
            self._turns[session] = next(self._numbers)
            return self._turns[session]

    def has_turn(self, session: str, turn: int) -> bool:
        """Whether no later look and no other slice has come since `take_turn`."""
        with self._lock:
            return self._turns.get(session) == turn

    def _is_old(self, session: str) -> bool:
        return self._clock() - self._kept[session][0] > LIFETIME
