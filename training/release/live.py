"""The Spaces of this repository, and the checkpoint that is live in each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shared.checkpoint.contract import check_hashes, digest_of
from shared.checkpoint.hub import cached_files, hub_files
from shared.checkpoint.lock import LOCK_FILE, Lock, read_lock
from shared.checkpoint.source import BUNDLED
from shared.errors import CheckpointError, PublishError
from training.release.hub import Repository

ROOT = Path(__file__).parents[2]
SPACES = ROOT / "spaces"


@dataclass(frozen=True)
class Live:
    """The checkpoint that a Space's lock names.

    Attributes:
        lock: which one.
        folder: its files, the locked ones to the byte.
    """

    lock: Lock
    folder: Path

    @property
    def words(self) -> str:
        """How to call it in a sentence."""
        return words_for(self.lock)


def lock_path(task: str) -> Path:
    """Where the lock of a task's Space is."""
    return SPACES / task / LOCK_FILE


def lock_of_task(task: str) -> Lock:
    """What is live for a task, as its Space's lock says."""
    return read_lock(lock_path(task))


def words_for(lock: Lock) -> str:
    """What a lock names, in words."""
    if lock.repository is None:
        return f"the bundled {lock.task} checkpoint {digest_of(lock.files)[:12]}"
    return f"{lock.repository} at {str(lock.commit)[:12]}"


def repository_of(lock: Lock, named: str | None) -> Repository:
    """The repository that somebody named, else the one of the lock.

    Raises:
        PublishError: neither.
    """
    name = named or lock.repository
    if name is None:
        raise PublishError(
            f"No {lock.task} model has been published yet: the bundled checkpoint is live. Name "
            "the repository: --repo OWNER/NAME."
        )
    return Repository(name)


def live_checkpoint(task: str) -> Live:
    """Find the files of the live checkpoint: bundled, in the client's cache, or on the Hub.

    Raises:
        CheckpointError: they cannot be had, or are not the locked ones.
    """
    lock = lock_of_task(task)
    if lock.repository is None:
        folder = SPACES / task / BUNDLED
        check_hashes(folder, lock.files)
        return Live(lock, folder)
    try:
        folder = cached_files(lock)  # as good as the Hub's, where the hashes are the locked ones
        check_hashes(folder, lock.files)
    except CheckpointError:
        folder = _from_hub(lock)
    return Live(lock, folder)


def _from_hub(lock: Lock) -> Path:
    """Fetch the live checkpoint."""
    try:
        folder = hub_files(lock)
        check_hashes(folder, lock.files)
    except CheckpointError as error:
        raise CheckpointError(
            f"What is live now, {words_for(lock)}, cannot be had to compare with: {error} Mend "
            "the connection, then run the same command again; or, where it is gone for good, make "
            f"another one live first: python -m training.promote {lock.task} --bundled"
        ) from error
    return folder
