"""What goes wrong on purpose, step by step."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

STEPS = (
    *("whoami", "validate_yaml", "create_repo", "delete_repo", "settings", "info", "tree"),
    *("paths_info", "refs", "commits", "preupload", "lfs_batch", "lfs_upload", "lfs_verify"),
    *("commit", "tag", "resolve", "hardware", "runtime", "logs", "restart", "variables"),
)
MOMENTS = ("before", "after", "midway")


@dataclass(frozen=True)
class Failure:
    """An answer in place of the real one."""

    status: int
    headers: Mapping[str, str]
    message: str
    code: str
    page: str = ""  # instead of the Hub's JSON


PAGE_OF_A_PROXY = Failure(200, {"Content-Type": "text/html"}, "", "", "<html>Sign in</html>")


@dataclass
class Planned:
    """What shall happen at a step, and how often still; 0 means every time."""

    what: Failure | str
    times: int


@dataclass
class Faults:
    """All that was ordered and has not happened yet."""

    planned: dict[str, list[Planned]] = field(default_factory=dict)
    waits: dict[str, float] = field(default_factory=dict)
    trickles: dict[str, float] = field(default_factory=dict)
    spoilt: dict[str, str] = field(default_factory=dict)
    actions: dict[str, list[Callable[[], object]]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    healed: threading.Event = field(default_factory=threading.Event)

    def plan(self, step: str, what: Failure | str, times: int) -> None:
        """Let the next `times` requests of a step end so."""
        with self.lock:
            self.planned.setdefault(checked(step), []).append(Planned(what, times))

    def due(self, step: str, *, with_body: bool) -> Failure | str | None:
        """What happens to this request; it counts as having happened.

        Args:
            step: its step.
            with_body: whether its answer could break off midway.
        """
        with self.lock:
            for planned in self.planned.get(step, []):
                if planned.what == "midway" and not with_body:
                    continue
                if planned.times == 1:
                    self.planned[step].remove(planned)
                planned.times -= planned.times > 1
                return planned.what
        return None

    def pop_action(self, step: str) -> Callable[[], object] | None:
        """What a test wants to do just before this request is handled."""
        with self.lock:
            waiting = self.actions.get(step, [])
            return waiting.pop(0) if waiting else None

    def wait(self, seconds: float) -> None:
        """Wait, but not beyond the healing."""
        if seconds:
            self.healed.wait(seconds)

    def heal(self) -> None:
        """Forget all of it, and let those who wait go on."""
        with self.lock:
            for orders in (self.planned, self.waits, self.trickles, self.spoilt, self.actions):
                orders.clear()
            self.healed.set()
            self.healed = threading.Event()


def checked(step: str) -> str:
    """The step, if there is one of that name."""
    if step not in STEPS:
        raise ValueError(f"There is no step {step!r}; there are {', '.join(STEPS)}.")
    return step
