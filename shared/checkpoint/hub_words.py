"""What went wrong between us and the Hub, in words that a visitor may read: no paths, no types."""

from __future__ import annotations

import errno

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
OF_THE_DISK = (*FULL, errno.EACCES, errno.EPERM, errno.EROFS)


def in_words(error: BaseException, file: str) -> str:
    """What an error of the client, of HTTP or of the disk means; "it" is the Hub.

    Args:
        error: as the client raised it.
        file: what it was about.
    """
    root = root_of(error)
    kind, status = type(root).__name__, _status(root)
    if status is not None:
        return f"{_of_status(kind, status, file)} (HTTP {status})"
    if kind == "OfflineModeIsEnabled":
        return "it must not be asked: HF_HUB_OFFLINE is set"
    if kind == "LocalEntryNotFoundError":
        return f"{file} is not there"
    if kind == "FileMetadataError":  # a sign-in page of some network, for instance
        return "what answers in its place is no Hub"
    if kind == "RemoteProtocolError":  # the connection was cut
        return f"{file} arrived incomplete"
    if "Timeout" in kind:
        return "it did not answer in time"
    return f"{file} {_of_disk(root)}" if isinstance(root, OSError) else "it cannot be reached"


def may_pass(error: BaseException) -> bool:
    """Whether asking again later may help: the Hub or the way to it was in trouble.

    Args:
        error: as the client raised it, or our own around it.
    """
    root = root_of(error)
    kind, status = type(root).__name__, _status(root)
    if status is not None:
        return status in (408, 429) or status >= 500
    if kind in ("OfflineModeIsEnabled", "LocalEntryNotFoundError", "CheckpointError"):
        return False
    return not (isinstance(root, OSError) and root.errno in OF_THE_DISK)


def detail(error: BaseException) -> str:
    """The kind of an error and its first line, for the log."""
    root = root_of(error)
    first = (str(root).strip().splitlines() or ["no details"])[0]
    return f"{type(root).__name__}: {first}"


def root_of(error: BaseException) -> BaseException:
    """What happened first: the client wraps what stopped it, and HTTP's own error in the kind that
    says more.
    """
    while error.__cause__ is not None and _status(error) is None:
        error = error.__cause__
    return error


def _status(error: BaseException) -> int | None:
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def _of_status(kind: str, status: int, file: str) -> str:
    if kind == "RevisionNotFoundError":
        return "it does not have this revision"
    if kind == "RemoteEntryNotFoundError":
        return f"{file} is not part of this revision"
    if status in (401, 403, 404):
        return "it shows no such repository; a private one needs a token that may read it"
    if status == 429:
        return "it is asked too often"
    return "it is out of order" if status >= 500 else "it refuses to answer"


def _of_disk(error: OSError) -> str:
    if error.errno in FULL:
        return "does not fit on the disk of this server"
    if error.errno is None:  # the client's own check of the size
        return "arrived incomplete"
    return "cannot be written to the cache of this server"
