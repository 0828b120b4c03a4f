"""What went wrong with the Hub, in words that say what to do."""

from __future__ import annotations

import errno
import json
import re

from huggingface_hub import constants, get_token
from huggingface_hub.errors import (
    HfHubHTTPError,
    LocalTokenNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from training.hub.causes import HTTPError, is_about_the_token, root_of, status_of

AGAIN = "Run the same command again: it goes on where it was."
TOKENS = f"{constants.ENDPOINT}/settings/tokens"
SIGN_IN = f"Make one with write access at {TOKENS}, then `hf auth login`, or set HF_TOKEN."
NO_TOKEN = f"There is no token. {SIGN_IN}"
EXPIRED = f"The Hub does not know the token: it has expired or was revoked. {SIGN_IN}"
READ_ONLY = f"The token may only read. {SIGN_IN}"
FULL_STORE = re.compile(r"quota|storage|space limit|exceed", re.IGNORECASE)
NO_NAME = re.compile(r"name or service|name resolution|nodename|getaddrinfo|no address", re.I)
SECRET = re.compile(r"hf_\w{6,}|(?<=//)[^/@\s]+@")
LONGEST = 300  # characters of what the Hub says itself


def in_words(error: BaseException, repository: str) -> str:
    """Why something did not work, and what to do.

    Args:
        error: whatever the client raised.
        repository: "owner/name".

    Returns:
        One or two sentences, never with a token in them.
    """
    root = root_of(error)
    if isinstance(root, HfHubHTTPError):
        return without_secrets(answered(root, repository))
    if isinstance(root, LocalTokenNotFoundError):
        return NO_TOKEN
    if isinstance(root, OfflineModeIsEnabled):
        return "HF_HUB_OFFLINE keeps the client offline. Unset it."
    if isinstance(root, HTTPError):
        return without_secrets(not_answered(root))
    if isinstance(root, json.JSONDecodeError):
        return f"{constants.ENDPOINT} answered with something that is not the Hub's. {AGAIN}"
    if isinstance(root, OSError) and root.errno:
        return without_secrets(of_the_disk(root))
    return without_secrets(first_lines(str(root)) or repr(root))


def in_short(error: BaseException) -> str:
    """The same in a few words, where it is going to be tried again anyway."""
    status = status_of(error)
    if status is None:
        return "no answer came"
    return f"the Hub {'asks to wait' if status == 429 else 'is in trouble'} ({status})"


def answered(error: HfHubHTTPError, repository: str) -> str:
    """What an HTTP status of the Hub means."""
    status, said = error.response.status_code, said_by_the_hub(error)
    if isinstance(error, RevisionNotFoundError):
        return f"{repository} has no such revision (any more). Look at its history."
    if is_about_the_token(error):
        return EXPIRED if "Authorization" in error.response.request.headers else NO_TOKEN
    if isinstance(error, RepositoryNotFoundError) or status == 404:
        return joined("There is no such thing there, or the token may not see it.", said)
    if status == 403 and not FULL_STORE.search(said):
        return joined("The token may not write there.", said, "Use one of somebody who may.")
    if status in (403, 413):
        return joined("The Hub has no room for it.", said, "Free some there, or ask for more.")
    if status == 402:
        return joined("The Hub wants to be paid for it.", said)
    if status in (409, 412):
        return joined("Somebody else changed it at the same time.", said, AGAIN)
    if status == 429:
        return joined(
            "The Hub asks to slow down (429).", said, "Wait, then run the same command again."
        )
    if status >= 500:
        return f"The Hub is in trouble ({status}). {AGAIN}"
    return joined(f"The Hub refused ({status}).", said)


def joined(*sentences: str) -> str:
    """Sentences one after the other, without those that are empty."""
    return " ".join(filter(None, sentences))


def said_by_the_hub(error: HfHubHTTPError) -> str:
    """Its own words, as a sentence; empty if it said nothing."""
    said = first_lines(error.server_message or "")
    return f"It says: {said.rstrip('.')}." if said else ""


def not_answered(error: BaseException) -> str:
    """What it means that no answer came."""
    kind = type(error).__name__
    if NO_NAME.search(str(error)):
        return f"The name in {constants.ENDPOINT} cannot be resolved. Check the network and DNS."
    if kind in ("ConnectError", "ProxyError"):
        return f"{constants.ENDPOINT} cannot be reached. Check the network, then try again."
    if "Timeout" in kind:
        return f"{constants.ENDPOINT} did not answer in time. {AGAIN}"
    return f"The connection broke off. {AGAIN}"


def of_the_disk(error: OSError) -> str:
    """What an error of the system means."""
    where = f" at {error.filename}" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full{where}. Free some space, then run the same command again."
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return f"Nothing can be read or written{where}: {error.strerror}. Check who may."
    return f"{error.strerror}{where}."


def first_lines(text: str) -> str:
    """A text on one line, cut where it gets long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."


def without_secrets(text: str) -> str:
    """A text without what looks like a token, and without the one in use."""
    token = get_token()
    return SECRET.sub("<hidden>", text.replace(token, "<hidden>") if token else text)
