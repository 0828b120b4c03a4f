"""The Space on the Hub: whether it is ours to overwrite, what it runs on, and making a new one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import HfApi, SpaceHardware
from huggingface_hub.errors import HfHubHTTPError

from deploying.code_source import SOURCE_FILE
from deploying.front_matter import README
from shared.checkpoint.lock import LOCK_FILE, Lock
from training.hub.commits import OF_THE_HUB, Target, head_of, remote_files
from training.hub.errors import PublishError, Say, patiently, plainly

SDK = "gradio"
FREE = SpaceHardware.ZERO_A10G.value
OF_A_NEW_SPACE = {OF_THE_HUB, README}  # what the Hub itself puts into one
UNPAID = 402


@dataclass(frozen=True)
class Wanted:
    """How the Space shall be hosted.

    Attributes:
        repository: "owner/name".
        hardware: as the Hub names it; None for what it has, or what the Hub gives a new one.
        private: whether a new one is private.
    """

    repository: str
    hardware: str | None = None
    private: bool = False

    @property
    def target(self) -> Target:
        """Where its files lie."""
        return Target(self.repository, "space")


def check_ours(api: HfApi, target: Target, head: str, task: str, say: Say) -> bool:
    """Refuse to overwrite a Space that this command did not put up.

    Args:
        api, target: where.
        head: its newest commit.
        task: of the Space that is to go there.
        say: is told of each wait.

    Returns:
        Whether it holds a version of ours already; a new Space holds nothing yet.

    Raises:
        PublishError: it holds somebody's other work, or our other Space.
    """
    there = remote_files(api, target, head, say)
    if not set(there) - OF_A_NEW_SPACE:
        return False
    ours = {SOURCE_FILE, LOCK_FILE} <= set(there)
    found = task_at(file_at(api, target, head, LOCK_FILE, say)) if ours else None
    if found is None:
        raise PublishError(
            f"{target.repository} holds a Space that was not deployed from here: it has no "
            f"{SOURCE_FILE} or no {LOCK_FILE}. Name another one, or delete it first."
        )
    if found != task:
        raise PublishError(
            f"{target.repository} holds the {found} Space, not the {task} Space. Name another one."
        )
    return True


def task_at(lock: str) -> str | None:
    """The task in the text of a lock; None where it is none of ours."""
    try:
        return str(json.loads(lock)["task"])
    except (ValueError, KeyError, TypeError):
        return None


def file_at(api: HfApi, target: Target, commit: str, name: str, say: Say) -> str:
    """The text of a file of the Space at a commit.

    Raises:
        PublishError: there is no such file, or the Hub cannot be asked.
    """

    def fetch() -> str:
        path = api.hf_hub_download(
            target.repository, name, revision=commit, repo_type=target.repo_type
        )
        return Path(path).read_text(encoding="utf-8")

    return patiently(fetch, f"read {name}", target.repository, say)


def is_public(api: HfApi, lock: Lock, say: Say) -> bool:
    """Whether anybody may read the locked model.

    Raises:
        PublishError: the locked repository or commit is not there, or the Hub cannot be asked.
    """
    repository, commit = lock.repository, lock.commit
    if repository is None:
        return True
    what = f"find the locked model at {commit}"
    found = patiently(lambda: api.model_info(repository, revision=commit), what, repository, say)
    if found.private:
        say(f"{repository} is private: the Space needs a secret HF_TOKEN that may read it.")
    return not found.private


def create(api: HfApi, wanted: Wanted, say: Say) -> str:
    """Make a new, empty Space.

    Returns:
        Its first commit, which the Hub makes.

    Raises:
        PublishError: the Hub refused; for hardware that wants a paid plan it says what is free.
    """
    what = "make the Space"

    def ask() -> None:
        api.create_repo(
            wanted.repository,
            repo_type="space",
            space_sdk=SDK,
            space_hardware=SpaceHardware(wanted.hardware) if wanted.hardware else None,
            private=wanted.private,
            exist_ok=True,  # an earlier try whose answer was lost
        )

    try:
        patiently(ask, what, wanted.repository, say)
    except PublishError as error:
        if not wants_payment(error):
            raise
        asked = wanted.hardware or SpaceHardware.CPU_BASIC.value
        raise PublishError(
            f"Could not {what} ({wanted.repository}): a new Space on {asked} needs a paid plan. "
            f"--hardware {FREE} is free for a personal account."
        ) from error
    head = head_of(api, wanted.target, say)
    if head is None:
        raise PublishError(f"{wanted.repository} was made, but the Hub shows no commit. Run again.")
    return head


def wants_payment(error: PublishError) -> bool:
    """Whether the Hub answered 402, Payment Required."""
    cause = error.__cause__
    return isinstance(cause, HfHubHTTPError) and cause.response.status_code == UNPAID


def request_hardware(api: HfApi, wanted: Wanted, say: Say) -> None:
    """Ask for other hardware, where the Space has another one than wanted.

    Raises:
        PublishError: the Hub refused.
    """
    if wanted.hardware is None:
        return
    runtime = patiently(
        lambda: api.get_space_runtime(wanted.repository),
        "ask for its state",
        wanted.repository,
        say,
    )
    has = runtime.requested_hardware or runtime.hardware
    if has == wanted.hardware:
        return
    say(f"Hardware: {has or 'none yet'} -> {wanted.hardware}")
    with plainly("request the hardware", wanted.repository):
        api.request_space_hardware(wanted.repository, SpaceHardware(wanted.hardware))
