"""The locked files of a Hub repository, through the client's cache.

File by file: the client's own listing of a whole repository tries again for half a minute when the
Hub is down. What a Space waits for at its start is decided by who calls this, not here.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TypeVar

from shared.checkpoint.contract import hash_file
from shared.checkpoint.hub_errors import for_visitors
from shared.checkpoint.hub_retries import with_retries
from shared.checkpoint.lock import Lock
from shared.errors import CheckpointError

WAIT = 60.0  # seconds for the Hub to begin an answer; nobody waits for it here
ONCE_MORE = (0.5,)  # seconds before a file is asked for again: one bad answer is not trouble yet
LONGEST_REST = 1.0  # seconds; whoever is asked to rest for longer decides for himself
AT_ONCE = 8  # files

log = logging.getLogger(__name__)

Result = TypeVar("Result")
Item = TypeVar("Item")


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
    """What an action of the client returns, tried once more where its trouble may pass; its many
    kinds of errors as our own.
    """

    def told(error: Exception, seconds: float) -> None:
        log.info("%s: %s. Once more in %.1f s.", file, for_visitors(error, file), seconds)

    try:
        return with_retries(action, ONCE_MORE, told, longest=LONGEST_REST)
    except Exception as error:  # of the Hub, of HTTP, of the disk
        raise CheckpointError(f"{for_visitors(error, file)}.") from error


def in_background(work: Callable[[], Result]) -> Future[Result]:
    """Begin some work and return at once; the future has its result or its error.

    In a daemon thread, which never keeps a process from ending: the workers of a ThreadPoolExecutor
    are waited for at exit, and a download that hangs would hold Ctrl-C.
    """
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # whoever asks for the result gets it
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def in_parallel(
    work: Callable[[Item], Result], items: Sequence[Item], at_once: int
) -> list[Result]:
    """The result for each item, in their order.

    Args:
        work: is done for one item.
        items: all of them.
        at_once: how many are worked on at a time.

    Raises:
        BaseException: what `work` raised for an item; nothing more is begun then.
    """
    room, given_up = threading.BoundedSemaphore(at_once), threading.Event()

    def one(item: Item) -> Result:
        with room:
            if given_up.is_set():
                raise CancelledError
            return work(item)

    begun = [in_background(partial(one, item)) for item in items]
    try:
        return [future.result() for future in begun]
    finally:
        given_up.set()
