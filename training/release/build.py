"""Wait until the Hub has built a Space and runs it, and tell what happens meanwhile."""

from __future__ import annotations

import time
from collections import deque
from itertools import islice

from huggingface_hub import SpaceRuntime
from huggingface_hub.errors import HTTPError

from shared import pauses
from shared.errors import PublishError
from training.release.hub import Repository, say
from training.release.hub_errors import without_secrets
from training.release.space import BROKEN, BUSY, OFF, RUNNING, SLEEPING, stage_of, state_of

NOT_STARTED = {"RUNTIME_ERROR"}  # built, so the log of the run says more
PAUSE = 2.0  # seconds between two looks
SETTLING = 30.0  # seconds in which an error may still be that of the version before
LAST_LINES = 30
MOST_LINES = 20_000  # of a log


class BuildError(PublishError):
    """The Space does not run what was put up.

    Attributes:
        stage: what the Hub called its state last.
    """

    def __init__(self, message: str, stage: str) -> None:
        """Say what happened, and in which stage."""
        super().__init__(message)
        self.stage = stage


def wait_until_running(space: Repository, commit: str, *, before: str | None, limit: float) -> None:
    """Return when the Space runs a commit.

    Args:
        space: which one.
        commit: 40 hex digits; that another one runs does not count.
        before: stage before this commit was put up. The Hub takes a moment to see a commit, so a
            stage of failure that stood there before counts only after a while.
        limit: seconds.

    Raises:
        BuildError: the build failed, the Space is off, or the limit is over.
        PublishError: the Hub cannot be asked.
    """
    began, last = time.monotonic(), ""
    fresh, building = before not in BROKEN, False
    while True:
        runtime = state_of(space)
        elapsed, stage = time.monotonic() - began, stage_of(runtime)
        building = building or stage in BUSY or elapsed > SETTLING * pauses.FACTOR
        ours = runtime.raw.get("sha", commit if building else None) == commit
        shown = f"{stage}, the version before" if stage == RUNNING and not ours else stage
        if shown != last:
            say(f"{elapsed:5.0f} s  {shown}")
            last = shown
        if ours and stage in (RUNNING, SLEEPING):
            return
        fresh = fresh or building
        _check_stage(runtime, space, fresh=fresh)
        if elapsed > limit:
            raise BuildError(
                f"{space} does not run {commit[:12]} after {limit:.0f} s ({shown}). "
                "Wait longer with --wait SECONDS, or look at its page.",
                stage,
            )
        pauses.pause(PAUSE)


def _check_stage(runtime: SpaceRuntime, space: Repository, *, fresh: bool) -> None:
    """Raise for a stage that no waiting ends; `fresh`: it is not that of an earlier build."""
    stage = stage_of(runtime)
    if stage in BROKEN and fresh:
        said = str(runtime.raw.get("errorMessage") or "").strip()
        said = f" The Hub says: {said.rstrip('.')}." if said else ""
        raise BuildError(f"{space} does not run: {stage}.{said}", stage)
    if stage in OFF:
        raise BuildError(
            f"{space} is {stage}. Restart it in its settings on the Hub, then run again.",
            stage,
        )


def show_log(space: Repository, stage: str) -> None:
    """Show the end of the log that belongs to a failure: of the build, or of the run."""
    build = stage not in {*NOT_STARTED, RUNNING}
    name = "build" if build else "run"
    try:
        lines = _last_lines(space, build=build)
    except (HTTPError, OSError) as error:
        say(f"The {name} log cannot be had ({type(error).__name__}).")
        return
    say(f"The end of the {name} log:" if lines else f"The {name} log is empty.")
    for line in lines:
        say(f"  {line}")


def _last_lines(space: Repository, *, build: bool) -> list[str]:
    """The last lines of a Space's log, without what looks like a token."""
    parts = islice(space.api.fetch_space_logs(space.name, build=build), MOST_LINES)
    lines = "".join(part if part.endswith("\n") else f"{part}\n" for part in parts).splitlines()
    return [without_secrets(line) for line in deque(lines, LAST_LINES)]
