"""The locked files of a Hub repository, through the client's cache.

File by file: the client's own listing of a whole repository tries again for half a minute when the
Hub is down. What a Space waits for at its start is decided by who calls this, not here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TypeVar

from shared.checkpoint.background import in_parallel
from shared.checkpoint.contract import hash_file
from shared.checkpoint.hub_words import in_words
from shared.checkpoint.lock import Lock
from shared.errors import CheckpointError

WAIT = 60.0  # seconds for the Hub to begin an answer; nobody waits for it here
AT_ONCE = 8  # files

Result = TypeVar("Result")


def import_client() -> None:
    """Import what the functions below need; a second's work, so only where a model is published.

    Before a thread uses it: two threads that import the same packages can see them half imported.
    """
    from huggingface_hub import get_hf_file_metadata, get_session, hf_hub_download, hf_hub_url

    get_session()  # imports the rest
    del get_hf_file_metadata, hf_hub_download, hf_hub_url


def hub_files(lock: Lock) -> Path:
    """Fetch what the cache does not hold, once the Hub has confirmed the commit.

    A cached file that is not the locked one, damaged on disk for instance, is fetched again.

    Returns:
        The folder of the locked files. Their hashes are still to be checked.

    Raises:
        CheckpointError: the Hub cannot be reached, or does not give a file at this commit.
    """
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url

    repository, commit = _where(lock)

    def fetch(name: str) -> str:
        path = hf_hub_download(repository, name, revision=commit, etag_timeout=WAIT)
        if hash_file(Path(path)) != lock.files[name]:
            path = hf_hub_download(
                repository, name, revision=commit, etag_timeout=WAIT, force_download=True
            )
        return path

    first = min(lock.files)
    address = hf_hub_url(repository, first, revision=commit)
    _or_refuse(lambda: get_hf_file_metadata(address, timeout=WAIT), first)
    return _folder(lock, fetch)


def cached_files(lock: Lock) -> Path:
    """The folder of the locked files in the cache, without asking the Hub.

    Raises:
        CheckpointError: a file is not in the cache.
    """
    from huggingface_hub import hf_hub_download

    repository, commit = _where(lock)

    def find(name: str) -> str:
        return hf_hub_download(repository, name, revision=commit, local_files_only=True)

    return _folder(lock, find)


def _where(lock: Lock) -> tuple[str, str]:
    if not (lock.repository and lock.commit and lock.files):
        raise CheckpointError("checkpoint.json names no repository, commit and files.")
    return lock.repository, lock.commit


def _folder(lock: Lock, get: Callable[[str], str]) -> Path:
    """The folder around all files of a lock, each brought by `get`, some at a time."""

    def one(name: str) -> Path:
        return _or_refuse(lambda: Path(get(name)), name)

    names = sorted(lock.files)
    paths = in_parallel(one, names, AT_ONCE)
    return paths[0].parents[len(PurePosixPath(names[0]).parts) - 1]


def _or_refuse(action: Callable[[], Result], file: str) -> Result:
    """What an action of the client returns; its many kinds of errors as our own."""
    try:
        return action()
    except Exception as error:  # of the Hub, of HTTP, of the disk
        raise CheckpointError(f"{in_words(error, file)}.") from error
