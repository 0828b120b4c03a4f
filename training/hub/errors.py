"""What the Hub's client raises: tried again where that helps, else said in words.

RuntimeError
└── PublishError   what cannot be published, or what the Hub refused, and what to do about it
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import sleep
from typing import TypeVar

from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled
from huggingface_hub.utils import parse_ratelimit_headers

from training.hub.causes import HTTPError, root_of
from training.hub.reasons import in_short, in_words

Result = TypeVar("Result")
Say = Callable[[str], None]

PAUSES = (1.0, 2.0, 4.0)  # seconds before each further try
PATIENCE = 120.0  # seconds without a byte from the Hub; the client itself would wait for ever
LONGEST_WAIT = 300  # seconds; a command that sleeps longer looks broken
MEANT = (OSError, HTTPError, ValueError, RuntimeError)  # of the client, of HTTP, of the disk


class PublishError(RuntimeError):
    """What cannot be published, or what the Hub refused: a sentence that says what to do."""


@contextmanager
def plainly(what: str, repository: str) -> Iterator[None]:
    """Turn every error of the client, of HTTP and of the disk inside into a sentence.

    Args:
        what: was being done, after "could not": "send the files".
        repository: "owner/name", or whatever else it was done to.

    Raises:
        PublishError: instead of those errors. The project's own errors pass as they are.
    """
    try:
        yield
    except MEANT as error:
        if is_ours(error):
            raise
        words = in_words(error, repository)
        raise PublishError(f"Could not {what} ({repository}): {words}") from error


def is_ours(error: Exception) -> bool:
    """Whether an error has words of its own: one of this project's."""
    return type(error).__module__.split(".")[0] in ("shared", "training", "deploying")


def patiently(action: Callable[[], Result], what: str, repository: str, say: Say = print) -> Result:
    """Do something with the Hub; try again when it was the moment that was wrong.

    429 is waited for as long as the Hub asks; an answer of 5xx, a connection that broke off and an
    answer that is none are tried again after growing pauses.

    Args:
        action: may be repeated: what it does twice must be as if done once.
        what, repository: as for `plainly`.
        say: is told of each wait.

    Raises:
        PublishError: it did not work, even so.
    """
    with plainly(what, repository):
        for pause in PAUSES:
            try:
                return action()
            except MEANT as error:
                if is_ours(error) or (wait := seconds_to_wait(error, pause)) is None:
                    raise
                say(f"Could not {what}: {in_short(error)}. Trying again in {wait:g} s ...")
                sleep(wait)
        return action()


def seconds_to_wait(error: Exception, pause: float) -> float | None:
    """How long to wait before another try; None where another try would not help.

    Args:
        error: of a try.
        pause: seconds to wait where the Hub does not say.
    """
    root = root_of(error)
    if isinstance(root, HfHubHTTPError):
        status = root.response.status_code
        if status == 429:
            asked = asked_to_wait(root)
            return None if asked is not None and asked > LONGEST_WAIT else asked or pause
        return pause if status >= 500 else None
    if isinstance(root, OfflineModeIsEnabled):
        return None
    return pause if isinstance(root, HTTPError | json.JSONDecodeError) else None


def asked_to_wait(error: HfHubHTTPError) -> float | None:
    """Seconds that the Hub asks to wait, in either of its two ways; None if it does not say."""
    value = error.response.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    limit = parse_ratelimit_headers(error.response.headers)
    return float(limit.reset_in_seconds) if limit and limit.remaining == 0 else None
