"""What goes wrong between this code and the Hub: found at its root and put into words.

Two kinds of people read of it. A visitor of a Space reads why the locked model does not answer yet
(`for_visitors`: no path, no address, no type); whoever publishes reads what to do about it
(`for_maintainers`). Both start from the same root. What is worth another try: `hub_retries`.

The Hub's client is imported inside the functions: a Space whose model is bundled never needs it.
"""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
DENIED = (errno.EACCES, errno.EPERM, errno.EROFS)
IN_THE_WAY = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR)  # another thing of that name is there
NO_REPOSITORY = "RepoNotFound"  # in X-Error-Code
AGAIN = "Run the same command again: it goes on where it was."
FULL_STORE = re.compile(r"quota|storage|space limit|exceed", re.IGNORECASE)
NO_NAME = re.compile(r"name or service|name resolution|nodename|getaddrinfo|no address", re.I)
MALFORMED = re.compile(r"improperly formatted|malformed response", re.I)  # the client's own words
OF_XET = re.compile(r"\bxet\b|xet-(write|read)-token|\bCAS\b|Data processing error")
SECRET = re.compile(r"hf_\w{6,}|(?<=//)[^/@\s]+@")
LONGEST = 300  # characters of what the Hub says itself
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


def _is_of_http(error: BaseException) -> bool:
    """Whether the library for HTTP raised it; which one that is, the client decides."""
    from huggingface_hub.errors import HTTPError

    return isinstance(error, HTTPError)


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
    signed = "Authorization" in answer.request.headers
    return answer.status_code == 401 and (
        signed or answer.headers.get("X-Error-Code") != NO_REPOSITORY
    )


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
        if isinstance(root, HfHubHTTPError) and is_about_the_token(root):
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


def for_maintainers(error: BaseException, repository: str) -> str:
    """Why something did not work, and what to do.

    Args:
        error: whatever the client raised.
        repository: "owner/name".

    Returns:
        One or two sentences, never with a token in them.
    """
    root = root_of(error)
    if status_of(error) is not None:
        words = _answer(root, repository)
    elif _is(root, "LocalTokenNotFoundError"):
        words = no_token()
    elif _is(root, "OfflineModeIsEnabled"):
        words = "HF_HUB_OFFLINE keeps the client offline. Unset it."
    elif OF_XET.search(str(root)):
        words = (
            f"Xet, the Hub's way for large files, failed: {_on_one_line(str(root)).rstrip('.')}. "
            f"{AGAIN} HF_HUB_DISABLE_XET=1 takes the older way."
        )
    elif is_of_another_server(root):
        words = f"{_endpoint()} answered with something that is not the Hub's. {AGAIN}"
    elif _is_of_http(root):
        words = _no_answer(root)
    elif isinstance(root, OSError) and root.errno:
        words = _of_the_disk(root)
    else:
        words = _on_one_line(str(root)) or repr(root)
    return without_secrets(words)


def _endpoint() -> str:
    from huggingface_hub import constants

    return str(constants.ENDPOINT)


def sign_in() -> str:
    """How to get a token that will do."""
    tokens = f"{_endpoint()}/settings/tokens"
    return f"Make one with write access at {tokens}, then `hf auth login`, or set HF_TOKEN."


def no_token() -> str:
    """That nobody is signed in."""
    return f"There is no token. {sign_in()}"


def in_short(error: BaseException) -> str:
    """The same in a few words, where it is going to be tried again anyway."""
    status = status_of(error)
    if is_of_another_server(root_of(error)):
        return "what answers is not the Hub"
    if status is None:
        return "no answer came"
    return f"the Hub {'asks to wait' if status == 429 else 'is in trouble'} ({status})"


def _answer(error: Any, repository: str) -> str:
    """What an HTTP status of the Hub means."""
    status, said = error.response.status_code, _said_by_the_hub(error)
    if _is(error, "RevisionNotFoundError"):
        return f"{repository} has no such revision (any more). Look at its history."
    if _is(error, "GatedRepoError"):
        return (
            f"{repository} is gated: its owner lets people in one by one. Ask for access on its "
            "page, and use a token of an account that has it."
        )
    if is_about_the_token(error):
        signed = "Authorization" in error.response.request.headers
        expired = f"The Hub does not know the token: it has expired or was revoked. {sign_in()}"
        return expired if signed else no_token()
    if status == 404 or _is(error, "RepositoryNotFoundError"):
        return _joined("There is no such thing there, or the token may not see it.", said)
    if status == 403 and not FULL_STORE.search(said):
        return _joined("The token may not write there.", said, "Use one of somebody who may.")
    if status in (403, 413):
        return _joined("The Hub has no room for it.", said, "Free some there, or ask for more.")
    if status == 402:
        return _joined("The Hub wants to be paid for it.", said)
    if status in (409, 412):
        return _joined("Somebody else changed it at the same time.", said, AGAIN)
    if status == 429:
        wait = "Wait, then run the same command again."
        return _joined("The Hub asks to slow down (429).", said, wait)
    if status >= 500:
        return f"The Hub is in trouble ({status}). {AGAIN}"
    return _joined(f"The Hub refused ({status}).", said)


def _joined(*sentences: str) -> str:
    """Sentences one after the other, without those that are empty."""
    return " ".join(filter(None, sentences))


def _said_by_the_hub(error: HfHubHTTPError) -> str:
    """Its own words, as a sentence; empty if it said nothing."""
    said = _on_one_line(error.server_message or "")
    return f"It says: {said.rstrip('.')}." if said else ""


def _no_answer(error: BaseException) -> str:
    """What it means that no answer came."""
    kind = type(error).__name__
    if NO_NAME.search(str(error)):
        return f"The name in {_endpoint()} cannot be resolved. Check the network and DNS."
    if kind in ("ConnectError", "ProxyError"):
        return f"{_endpoint()} cannot be reached. Check the network, then try again."
    if "Timeout" in kind:
        return f"{_endpoint()} did not answer in time. {AGAIN}"
    return f"The connection broke off. {AGAIN}"


def _of_the_disk(error: OSError) -> str:
    """What an error of the system means."""
    where = f" at {error.filename}" if error.filename else ""
    if error.errno in FULL:
        return f"The disk is full{where}. Free some space, then run the same command again."
    if error.errno in DENIED:
        return f"Nothing can be read or written{where}: {error.strerror}. Check who may."
    return f"{error.strerror}{where}."


def _on_one_line(text: str) -> str:
    """A text on one line, cut where it gets long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."


def without_secrets(text: str) -> str:
    """A text without what looks like a token, and without the one in use."""
    from huggingface_hub import get_token

    token = get_token()
    return SECRET.sub("<hidden>", text.replace(token, "<hidden>") if token else text)
