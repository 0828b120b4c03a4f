"""The sources that a checkpoint may come from: a function for each, which checks what it finds.

What is not complete, or not the locked file to the byte, is refused by name.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from shared.checkpoint.contract import check_complete, check_hashes, digest_of, hash_folder
from shared.checkpoint.hub import cached_files, hub_files
from shared.checkpoint.lock import LOCK_FILE, Lock, read_lock
from shared.errors import CheckpointError

BUNDLED = "checkpoint"
SHORT = 12  # characters of a commit or a hash that tell revisions apart


@dataclass(frozen=True)
class LoadedCheckpoint:
    """A checkpoint that has been found and checked.

    Attributes:
        folder: where its files are.
        source: "folder", "hub", "cache" or "bundled".
        revision: the Hub commit; for a folder or the bundled one, the sha256 of its content.
        sha256: over the names and hashes of all its files.
        repository: "owner/name", or None when it is not from the Hub.
        why: sentences on why this source, for anybody; they name what was refused before.
    """

    folder: Path
    source: str
    revision: str
    sha256: str
    repository: str | None
    why: str


def refusal(source: str, sought: str, reason: str) -> str:
    """The sentence on a source that is not used.

    Args:
        source: as in `LoadedCheckpoint`.
        sought: what was looked for there; empty where that goes without saying.
        reason: a sentence.
    """
    name = {
        "folder": "The folder that was named",
        "hub": "The Hub",
        "cache": "The cache",
        "bundled": "The bundled checkpoint",
    }[source]
    return f"{name} was not used{f' ({sought})' if sought else ''}: {reason}"


def named(repository: str | None, revision: str | None) -> str:
    """A revision on the Hub in short; empty for what is not from there."""
    return f"{repository} at {revision[:SHORT]}" if repository and revision else ""


def from_variable(variable: str, task: str) -> LoadedCheckpoint | None:
    """The checkpoint in the folder that somebody named; None where nobody did.

    Raises:
        CheckpointError: it is not complete.
    """
    name = os.environ.get(variable)
    if not name:
        return None
    folder = Path(name)
    try:
        check_complete(folder, task)
        digest = digest_of(hash_folder(folder))
    except (CheckpointError, OSError) as error:
        raise CheckpointError(refusal("folder", variable, _reason(error))) from error
    return LoadedCheckpoint(folder, "folder", digest, digest, None, f"{variable} names it.")


def lock_of_space(space: Path, task: str) -> Lock:
    """The lock of a Space.

    Raises:
        CheckpointError: there is no usable one, or it is of another task.
    """
    lock = read_lock(space / LOCK_FILE)
    if lock.task != task:
        raise CheckpointError(f"{LOCK_FILE} is of the task {lock.task!r}, not {task!r}.")
    return lock


def hub_copy(lock: Lock) -> Path:
    """The folder of the locked revision, fetched from the Hub where the cache does not hold it.

    Raises:
        CheckpointError: it cannot be had, or is not what the lock says.
    """
    return _published(lock, "hub")


def cached_copy(lock: Lock) -> Path:
    """The folder of the locked revision in the cache; the Hub is not asked.

    Raises:
        CheckpointError: it is not all there, or is not what the lock says.
    """
    return _published(lock, "cache")


def _published(lock: Lock, source: str) -> Path:
    try:
        folder = hub_files(lock) if source == "hub" else cached_files(lock)
        check_complete(folder, lock.task)
        check_hashes(folder, lock.files)
    except (CheckpointError, OSError) as error:
        sought = named(lock.repository, lock.commit)
        raise CheckpointError(refusal(source, sought, _reason(error))) from error
    return folder


def published(lock: Lock, folder: Path, source: str, why: str) -> LoadedCheckpoint:
    """The locked revision in a folder that has been checked; `source` is "hub" or "cache"."""
    digest = digest_of(lock.files)
    return LoadedCheckpoint(folder, source, lock.commit or "", digest, lock.repository, why)


def bundled(space: Path, lock: Lock, why: str) -> LoadedCheckpoint:
    """The checkpoint in the Space's own folder.

    Raises:
        CheckpointError: it is not complete, or not what the lock says where the lock means it.
    """
    folder = space / BUNDLED
    try:
        check_complete(folder, lock.task)
        if lock.repository is None:
            check_hashes(folder, lock.files)
        digest = digest_of(hash_folder(folder))
    except (CheckpointError, OSError) as error:
        raise CheckpointError(refusal("bundled", "", _reason(error))) from error
    return LoadedCheckpoint(folder, "bundled", digest, digest, None, why)


def _reason(error: Exception) -> str:
    """A sentence; an error of the disk would bring a path of this server along."""
    if isinstance(error, OSError):
        return f"a file cannot be read ({error.strerror or type(error).__name__})."
    return str(error)
