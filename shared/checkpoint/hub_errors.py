"""What goes wrong between this code and the Hub: found at its root, and told to a visitor.

A visitor of a Space reads why the locked model does not answer yet, without a path, an address or a
type. What whoever publishes reads: `training.release.hub_errors`. What is worth another try:
`hub_retries`.

The Hub's client is imported inside the functions: a Space whose model is bundled never needs it.
"""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
DENIED = (errno.EACCES, errno.EPERM, errno.EROFS)
IN_THE_WAY = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR)  # another thing of that name is there
NO_REPOSITORY = "RepoNotFound"  # in X-Error-Code
MALFORMED = re.compile(r"improperly formatted|malformed response", re.I)  # the client's own words
KINDS_FOR_VISITORS = {
    "OfflineModeIsEnabled": "it must not be asked: HF_HUB_OFFLINE is set",
    "LocalEntryNotFoundError": "{file} is not there",
    "FileMetadataError": "what answers in its place is not the Hub",  # a sign-in page
    "RemoteProtocolError": "{file} arrived incomplete",  # the connection was cut
}


def root_of(error: BaseException) -> BaseException:
    """The error that says most: an answer of the Hub, else of HTTP, else of the disk.

    The client wraps errors in errors, and HTTP's own in kinds that say less.
    """
    from huggingface_hub.errors import HfHubHTTPError, HTTPError, LocalTokenNotFoundError

    chain = list(_chain_of(error))
    for kind in (HfHubHTTPError, LocalTokenNotFoundError, HTTPError, OSError):
        for link in chain:
            # An OSError without a number is the client's own, made around what really happened.
            if isinstance(link, kind) and (
                isinstance(link, HTTPError)
                or getattr(link, "errno", None) is not None
                or link.__cause__ is None
            ):
                return link
    return chain[-1]


def _chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """An error, what caused it, what caused that."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def status_of(error: BaseException) -> int | None:
    """The HTTP status that the Hub answered with; None if it did not answer."""
    status = getattr(getattr(root_of(error), "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def is_about_the_token(error: HfHubHTTPError) -> bool:
    """Whether a 401 means the token.

    The Hub also answers so to a stranger for what a stranger may not see; to somebody who is signed
    in it answers 404 then. So with a token a 401 means the token, even of a public repository.
    """
    answer = error.response
    return answer.status_code == 401 and (
        is_signed(error) or answer.headers.get("X-Error-Code") != NO_REPOSITORY
    )


def is_signed(error: HfHubHTTPError) -> bool:
    """Whether what was refused had been asked with a token."""
    return "Authorization" in error.response.request.headers


def is_of_another_server(error: BaseException) -> bool:
    """Whether an answer was not the Hub's: a proxy's page, or JSON of another shape.

    The client checks few answers. It stumbles over the others, with an error of Python's own.
    """
    if isinstance(error, json.JSONDecodeError) or _is(error, "FileMetadataError"):
        return True
    if isinstance(error, ValueError):
        return MALFORMED.search(str(error)) is not None
    return isinstance(error, LookupError | TypeError | AttributeError) and _was_in_client(error)


def _was_in_client(error: BaseException) -> bool:
    """Whether an error was raised within the Hub's client, not by what calls it."""
    place, last = error.__traceback__, ""
    while place is not None:
        last, place = str(place.tb_frame.f_globals.get("__name__", "")), place.tb_next
    return last.split(".")[0] == "huggingface_hub"


def detail(error: BaseException) -> str:
    """The kind of an error and its first line, for the log."""
    root = root_of(error)
    first = (str(root).strip().splitlines() or ["no details"])[0]
    return f"{type(root).__name__}: {first}"


def _is(error: BaseException, *kinds: str) -> bool:
    return type(error).__name__ in kinds


def for_visitors(error: BaseException, file: str) -> str:
    """What an error of the client, of HTTP or of the disk means; "it" is the Hub.

    Args:
        error: as the client raised it.
        file: what it was about.
    """
    from huggingface_hub.errors import HfHubHTTPError

    root, status = root_of(error), status_of(error)
    kind = type(root).__name__
    if status is not None:
        if status == 401 and isinstance(root, HfHubHTTPError) and is_signed(root):
            return f"it does not accept the token of this server, HF_TOKEN (HTTP {status})"
        return f"{_status_for_visitors(kind, status, file)} (HTTP {status})"
    if kind in KINDS_FOR_VISITORS:
        return KINDS_FOR_VISITORS[kind].format(file=file)
    if "Timeout" in kind:
        return "it did not answer in time"
    if not isinstance(root, OSError):
        return "it cannot be reached"
    if root.errno in FULL:
        return f"{file} does not fit on the disk of this server"
    if root.errno is None:  # the client's own check of the size
        return f"{file} arrived incomplete"
    return f"{file} cannot be written to the cache of this server"


def _status_for_visitors(kind: str, status: int, file: str) -> str:
    if kind == "GatedRepoError":
        return "it gives this model only to whom its owner has let in"
    if kind == "RevisionNotFoundError":
        return "it does not have this revision"
    if kind == "RemoteEntryNotFoundError":
        return f"{file} is not part of this revision"
    if status in (401, 403, 404):
        return "it shows no such repository; a private one needs a token that may read it"
    if status == 429:
        return "it is asked too often"
    return "it is out of order" if status >= 500 else "it refuses to answer"
