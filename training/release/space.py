"""The Space on the Hub: whether it is ours to overwrite, what it runs on, and making a new one."""

from __future__ import annotations

import json
from dataclasses import dataclass

from huggingface_hub import SpaceHardware, SpaceRuntime

from shared.checkpoint.hub_errors import status_of
from shared.checkpoint.lock import LOCK_FILE, Lock
from shared.errors import PublishError
from training.release.assembly import SOURCE_FILE
from training.release.commits import Head, file_at, head_of
from training.release.front_matter import README
from training.release.hub import Repository, errors_in_words, request, say

SDK = "gradio"
FREE = SpaceHardware.ZERO_A10G.value
UNPAID = 402
RUNNING = "RUNNING"
SLEEPING = "SLEEPING"  # not among the client's stages, but the Hub says it; a visit wakes it
BUSY = {"BUILDING", "RUNNING_BUILDING", "APP_STARTING", "RUNNING_APP_STARTING"}
BROKEN = {"BUILD_ERROR", "CONFIG_ERROR", "NO_APP_FILE", "RUNTIME_ERROR", "DELETING"}
OFF = {"PAUSED", "STOPPED"}


@dataclass(frozen=True)
class Wanted:
    """How the Space shall be hosted.

    Attributes:
        space: which one.
        hardware: as the Hub names it; None for what it has, or what the Hub gives a new one.
        private: whether a new one is private.
    """

    space: Repository
    hardware: str | None = None
    private: bool = False


def check_ours(space: Repository, head: Head, task: str) -> bool:
    """Refuse to overwrite a Space that this command did not put up.

    Args:
        space: where.
        head: what it holds.
        task: of the Space that is to go there.

    Returns:
        Whether it holds a version of ours already; a new Space holds nothing yet.

    Raises:
        PublishError: it holds somebody's other work, or our other Space.
    """
    if not head.names - {README}:  # what the Hub itself puts into a new one
        return False
    ours = {SOURCE_FILE, LOCK_FILE} <= head.names
    theirs = _task_in(file_at(space, head.commit, LOCK_FILE)) if ours else None
    if theirs is None:
        raise PublishError(
            f"{space} holds a Space that was not deployed from here: it has no "
            f"{SOURCE_FILE} or no {LOCK_FILE}. Name another one, or delete it first."
        )
    if theirs != task:
        raise PublishError(
            f"{space} holds the {theirs} Space, not the {task} Space. Name another one."
        )
    return True


def _task_in(lock: str) -> str | None:
    """The task in the text of a lock; None where it is none of ours."""
    try:
        return str(json.loads(lock)["task"])
    except (ValueError, KeyError, TypeError):
        return None


def is_public(lock: Lock) -> bool:
    """Whether anybody may read the locked model, so that a build, which has no token, may.

    Raises:
        PublishError: the locked repository or commit is not there, or the Hub cannot be asked.
    """
    if lock.repository is None:
        return True
    repository, commit = Repository(lock.repository), lock.commit
    what = f"find the locked model at {commit}"
    info = request(
        lambda: repository.api.model_info(repository.name, revision=commit), what, repository
    )
    if not (info.private or info.gated):
        return True
    which = "private" if info.private else "gated"
    say(
        f"{repository} is {which}, and the Hub builds without a token, so the Space fetches the "
        "model when it starts. It needs a secret: make a token that may read the model, and enter "
        "it as HF_TOKEN in the Space's settings, under Variables and secrets."
    )
    return False


def create(wanted: Wanted) -> Head:
    """Make a new, empty Space.

    Returns:
        What it holds: the Hub itself makes the first commit.

    Raises:
        PublishError: the Hub refused; for hardware that wants a paid plan it says what is free.
    """
    what = "make the Space"

    def ask() -> None:
        wanted.space.api.create_repo(
            wanted.space.name,
            repo_type="space",
            space_sdk=SDK,
            space_hardware=SpaceHardware(wanted.hardware) if wanted.hardware else None,
            private=wanted.private,
            exist_ok=True,  # an earlier try whose answer was lost
        )

    try:
        request(ask, what, wanted.space)
    except PublishError as error:
        if status_of(error) != UNPAID:
            raise
        asked = wanted.hardware or SpaceHardware.CPU_BASIC.value
        raise PublishError(
            f"{error} That was for {asked}. --hardware {FREE} is free for a personal account."
        ) from error
    head = head_of(wanted.space)
    if head is None:
        raise PublishError(f"{wanted.space} was made, but the Hub shows no commit. Run again.")
    return head


def request_hardware(wanted: Wanted) -> None:
    """Ask for other hardware, where the Space has another one than wanted.

    Raises:
        PublishError: the Hub refused.
    """
    if wanted.hardware is None:
        return
    runtime = state_of(wanted.space)
    has = runtime.requested_hardware or runtime.hardware
    if has == wanted.hardware:
        return
    say(f"Hardware: {has or 'none yet'} -> {wanted.hardware}")
    with errors_in_words("request the hardware", wanted.space.name):
        wanted.space.api.request_space_hardware(wanted.space.name, SpaceHardware(wanted.hardware))


def state_of(space: Repository) -> SpaceRuntime:
    """What the Hub says of a Space's runtime.

    Raises:
        PublishError: there is no such Space, or the Hub cannot be asked.
    """
    return request(lambda: space.api.get_space_runtime(space.name), "ask for its state", space)


def stage_of(runtime: SpaceRuntime | None) -> str:
    """What the Hub calls the state of a Space; "unknown" where it does not say."""
    stage = runtime.stage if runtime else "unknown"
    return str(getattr(stage, "value", stage))
