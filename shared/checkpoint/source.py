"""Where a Space's checkpoint comes from, in order, and the truth about which one answers.

1. the folder that an environment variable names;
2. the Hub, at the locked commit, through the local cache;
3. the cached copy, when the Hub cannot be reached;
4. the bundled checkpoint.

What is not complete, or not the locked file to the byte, is refused by name and the next source is
used. One line of the log says what was loaded, and why nothing before it in this order.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path

from shared.checkpoint.contract import check_complete, check_hashes, digest_of, hash_folder
from shared.checkpoint.hub import cached_files, hub_files
from shared.checkpoint.lock import LOCK_FILE, Lock, read_lock
from shared.errors import CheckpointError

log = logging.getLogger(__name__)

BUNDLED = "checkpoint"
UNPUBLISHED = "No model has been published yet."


@dataclass(frozen=True)
class LoadedCheckpoint:
    """A checkpoint that has been found and checked.

    Attributes:
        folder: where its files are.
        source: "folder", "hub", "cache" or "bundled".
        revision: the Hub commit; for a folder or the bundled one, the sha256 of its content.
        sha256: over the names and hashes of all its files.
        repository: "owner/name", or None when it is not from the Hub.
        why: a sentence on why this source; it names what was refused before.
    """

    folder: Path
    source: str
    revision: str
    sha256: str
    repository: str | None
    why: str


def load_checkpoint(space: Path, *, variable: str, task: str) -> LoadedCheckpoint:
    """Find the checkpoint of a Space.

    Args:
        space: the Space's folder, with checkpoint.json and the bundled checkpoint.
        variable: environment variable that may name another folder.
        task: what the checkpoint has to be for, one of `contract.REQUIRED`.

    Raises:
        CheckpointError: no source holds a sound checkpoint; it says what was wrong with each.
    """
    refused: list[str] = []
    loaded = from_variable(variable, task, refused) or from_lock(space, task, refused)
    log.log(
        logging.WARNING if refused else logging.INFO,
        "checkpoint: %s, revision %s, sha256 %s. %s",
        loaded.source, loaded.revision, loaded.sha256, loaded.why,
    )  # fmt: skip
    return loaded


def from_variable(variable: str, task: str, refused: list[str]) -> LoadedCheckpoint | None:
    """The checkpoint in the folder that somebody named, or None if there is no sound one."""
    named = os.environ.get(variable)
    if not named:
        return None
    folder = Path(named)
    try:
        check_complete(folder, task)
    except CheckpointError as error:
        refused.append(f"The folder that {variable} names was refused: {error}")
        return None
    digest = digest_of(hash_folder(folder))
    return LoadedCheckpoint(folder, "folder", digest, digest, None, f"{variable} names it.")


def from_lock(space: Path, task: str, refused: list[str]) -> LoadedCheckpoint:
    """The locked checkpoint, from the Hub, the cache, or the Space's own folder.

    Raises:
        CheckpointError: there is no usable lock, it is of another task, or no source is sound.
    """
    try:
        lock = read_lock(space / LOCK_FILE)
        if lock.task != task:
            raise CheckpointError(f"{LOCK_FILE} is of the task {lock.task!r}, not {task!r}.")
    except CheckpointError as error:
        raise CheckpointError(" ".join([*refused, str(error)])) from error
    if lock.repository is not None:
        for source in ("hub", "cache"):
            try:
                return from_hub(lock, source, refused)
            except CheckpointError as error:
                refused.append(str(error))
    return bundled(space, lock, refused)


def from_hub(lock: Lock, source: str, refused: list[str]) -> LoadedCheckpoint:
    """The locked revision from the Hub, or from the cache without asking the Hub.

    Raises:
        CheckpointError: it cannot be had, or is not what the lock says.
    """
    assert lock.repository  # the lock was checked when it was read
    assert lock.commit
    try:
        folder = hub_files(lock) if source == "hub" else cached_files(lock)
        check_complete(folder, lock.task)
        check_hashes(folder, lock.files)
    except CheckpointError as error:
        where = f"{lock.repository} at {lock.commit[:12]}"
        raise CheckpointError(f"The {source} was refused ({where}): {error}") from error
    why = " ".join(refused) or "It is the locked revision."
    digest = digest_of(lock.files)
    return LoadedCheckpoint(folder, source, lock.commit, digest, lock.repository, why)


def bundled(space: Path, lock: Lock, refused: list[str]) -> LoadedCheckpoint:
    """The checkpoint in the Space's own folder.

    Raises:
        CheckpointError: it is not complete, or not what the lock says where the lock means it.
    """
    folder = space / BUNDLED
    why = " ".join(refused) or UNPUBLISHED
    try:
        check_complete(folder, lock.task)
        if lock.repository is None:
            check_hashes(folder, lock.files)
    except CheckpointError as error:
        raise CheckpointError(f"{why} The bundled checkpoint was refused: {error}") from error
    digest = digest_of(hash_folder(folder))
    return LoadedCheckpoint(folder, "bundled", digest, digest, None, why)
