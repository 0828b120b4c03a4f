"""The locked files of a Hub repository, through the client's cache.

File by file and with a limit on every wait: the client's own listing of a whole repository tries
again for half a minute when the Hub is down, and a Space should start on its other sources by then.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import TypeVar

from shared.checkpoint.contract import hash_file
from shared.checkpoint.lock import Lock
from shared.errors import CheckpointError

WAIT = 5.0  # seconds for the Hub to begin an answer
AT_ONCE = 8  # files

Result = TypeVar("Result")


def hub_files(lock: Lock) -> Path:
    """Fetch what the cache does not hold, once the Hub has confirmed the commit.

    A cached file that is not the locked one, damaged on disk for instance, is fetched again.

    Returns:
        The folder of the locked files. Their hashes are still to be checked.

    Raises:
        CheckpointError: the Hub cannot be reached, or does not have a file at this commit.
    """
    # A second to import, so only where a model has been published.
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url

    repository, commit = _where(lock)

    def fetch(name: str) -> str:
        path = hf_hub_download(repository, name, revision=commit, etag_timeout=WAIT)
        if hash_file(Path(path)) != lock.files[name]:
            path = hf_hub_download(
                repository, name, revision=commit, etag_timeout=WAIT, force_download=True
            )
        return path

    def confirm() -> None:
        first = hf_hub_url(repository, min(lock.files), revision=commit)
        get_hf_file_metadata(first, timeout=WAIT)

    _or_refuse(confirm, "it cannot be reached")
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
        return _or_refuse(lambda: Path(get(name)), f"it did not give {name}")

    names = sorted(lock.files)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        paths = list(pool.map(one, names))
    return paths[0].parents[len(PurePosixPath(names[0]).parts) - 1]


def _or_refuse(action: Callable[[], Result], what: str) -> Result:
    """What an action of the client returns; its many kinds of errors as our own."""
    try:
        return action()
    except Exception as error:  # of the Hub, of HTTP, of the disk
        first = (str(error).strip().splitlines() or ["no details"])[0]
        raise CheckpointError(f"{what} ({type(error).__name__}: {first}).") from error
