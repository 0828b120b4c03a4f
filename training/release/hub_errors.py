"""What an error of the Hub's client means to whoever publishes, and what to do about it."""

from __future__ import annotations

import re
from typing import Any

from huggingface_hub import constants, get_token
from huggingface_hub.errors import HfHubHTTPError, HTTPError

from shared.checkpoint.hub_errors import (
    DENIED,
    FULL,
    is_about_the_token,
    is_of_another_server,
    is_signed,
    root_of,
    status_of,
)

AGAIN = "Run the same command again: it goes on where it was."
FULL_STORE = re.compile(r"quota|storage|space limit|exceed", re.IGNORECASE)
NO_NAME = re.compile(r"name or service|name resolution|nodename|getaddrinfo|no address", re.I)
OF_XET = re.compile(r"\bxet\b|xet-(write|read)-token|\bCAS\b|Data processing error")
SECRET = re.compile(r"hf_\w{6,}|(?<=//)[^/@\s]+@")
LONGEST = 300  # characters of what the Hub says itself


def _is(error: BaseException, *kinds: str) -> bool:
    return type(error).__name__ in kinds


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
    elif isinstance(root, HTTPError):
        words = _no_answer(root)
    elif isinstance(root, OSError) and root.errno:
        words = _of_the_disk(root)
    else:
        words = _on_one_line(str(root)) or repr(root)
    return without_secrets(words)


def _endpoint() -> str:
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
        expired = f"The Hub does not know the token: it has expired or was revoked. {sign_in()}"
        return expired if is_signed(error) else no_token()
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
    token = get_token()
    return SECRET.sub("<hidden>", text.replace(token, "<hidden>") if token else text)
