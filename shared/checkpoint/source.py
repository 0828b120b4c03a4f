"""Where a Space's checkpoint comes from, in order, and the truth about which one answers.

1. the folder that an environment variable names: somebody chose it, so a fault in it is an error;
2. the Hub, at the locked commit, through the local cache;
3. the cached copy, when the Hub cannot be reached;
4. the bundled checkpoint.

What is not the locked file, to the byte, is refused by name and the next source is used.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path

from shared.checkpoint.contract import check_complete, check_hashes, digest_of, hash_folder
from shared.checkpoint.lock import LOCK_FILE, Lock, read_lock
from shared.errors import CheckpointError

log = logging.getLogger(__name__)

BUNDLED = "checkpoint"
ETAG_TIMEOUT = 5.0  # seconds to wait for the Hub's answer before the cache is used


@dataclass(frozen=True)
class LoadedCheckpoint:
    """A checkpoint that has been found and checked.

    Attributes:
        folder: where its files are.
        source: "folder", "hub", "cache" or "bundled".
        revision: the Hub commit; for a folder or the bundled one, the sha256 of its content.
        sha256: over the names and hashes of all its files.
        repository: "owner/name", or None when it is not from the Hub.
        why: a sentence on why this source and not an earlier one.
    """

    folder: Path
    source: str
    revision: str
    sha256: str
    repository: str | None
    why: str


def load_checkpoint(space: Path, *, variable: str) -> LoadedCheckpoint:
    """Find the checkpoint of a Space.

    Args:
        space: the Space's folder, with checkpoint.json and the bundled checkpoint.
        variable: environment variable that may name another folder.

    Raises:
        CheckpointError: no source holds a sound checkpoint; the message says what was wrong with each.
    """
    chosen = os.environ.get(variable)
    loaded = from_folder(Path(chosen), variable) if chosen else from_lock(space)
    log.info("checkpoint: %s, %s (sha256 %s). %s", loaded.source, loaded.revision, loaded.sha256,
             loaded.why)  # fmt: skip
    return loaded


def from_folder(folder: Path, variable: str) -> LoadedCheckpoint:
    """The checkpoint in a folder that somebody named."""
    check_complete(folder)
    digest = digest_of(hash_folder(folder))
    return LoadedCheckpoint(folder, "folder", digest, digest, None, f"{variable} names it.")


def from_lock(space: Path) -> LoadedCheckpoint:
    """The locked checkpoint, from the Hub, the cache, or the Space's own folder."""
    lock = read_lock(space / LOCK_FILE)
    if lock.repository is None:
        return bundled(space, lock, "No model has been published yet.")
    faults = []
    for source in ("hub", "cache"):
        try:
            return from_hub(lock, source, " ".join(faults) or "It is the locked revision.")
        except CheckpointError as error:
            log.warning("checkpoint: %s refused: %s", source, error)
            faults.append(str(error))
    return bundled(space, lock, " ".join(faults))


def from_hub(lock: Lock, source: str, why: str) -> LoadedCheckpoint:
    """The locked revision from the Hub, or from the cache without asking the Hub.

    Raises:
        CheckpointError: it cannot be had, or is not what the lock says.
    """
    from huggingface_hub import snapshot_download  # a second to import, for a published model only

    assert lock.repository and lock.commit  # the lock was checked when it was read
    try:
        folder = Path(
            snapshot_download(
                lock.repository,
                revision=lock.commit,
                allow_patterns=list(lock.files),
                etag_timeout=ETAG_TIMEOUT,
                local_files_only=source == "cache",
            )
        )
    except Exception as error:  # the client raises errors of httpx, of the Hub, of the disk
        where = "The Hub" if source == "hub" else "The cache"
        short = str(error).strip().splitlines() or [""]
        raise CheckpointError(
            f"{where} did not give {lock.repository} at {lock.commit[:12]}: "
            f"{type(error).__name__}: {short[0]}"
        ) from error
    check_complete(folder)
    check_hashes(folder, lock.files)
    return LoadedCheckpoint(
        folder, source, lock.commit, digest_of(lock.files), lock.repository, why
    )


def bundled(space: Path, lock: Lock, why: str) -> LoadedCheckpoint:
    """The checkpoint in the Space's own folder.

    Raises:
        CheckpointError: it is not complete, or not what the lock says where the lock means it.
    """
    folder = space / BUNDLED
    try:
        check_complete(folder)
        if lock.repository is None:
            check_hashes(folder, lock.files)
    except CheckpointError as error:
        raise CheckpointError(f"{why} The bundled checkpoint is no help: {error}") from error
    digest = digest_of(hash_folder(folder))
    return LoadedCheckpoint(folder, "bundled", digest, digest, None, why)
