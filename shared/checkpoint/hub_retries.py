"""What is worth asking the Hub again, and asking again: the one place that does.

The Spaces use it for the model that has not come yet, the commands of a release for every request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from shared.checkpoint.hub_errors import (
    DENIED,
    FULL,
    IN_THE_WAY,
    is_of_another_server,
    root_of,
    status_of,
)
from shared.errors import CheckpointError, PublishError
from shared.pauses import pause

Result = TypeVar("Result")

STRANGE = (LookupError, TypeError, AttributeError)  # where an answer is not the Hub's
LONGEST_WAIT = 300  # seconds that the Hub may ask for; a command that sleeps longer looks broken
NOT_BY_ITSELF = ("OfflineModeIsEnabled", "LocalEntryNotFoundError", "LocalTokenNotFoundError")


def may_pass(error: BaseException) -> bool:
    """Whether asking again later may help: the Hub or the way to it was in trouble.

    Args:
        error: as the client raised it, or our own around it.
    """
    root, status = root_of(error), status_of(error)
    if status is not None:
        return status in (408, 429) or status >= 500
    if type(root).__name__ in NOT_BY_ITSELF or isinstance(root, CheckpointError | PublishError):
        return False
    if isinstance(root, ValueError | LookupError | TypeError | AttributeError):
        return is_of_another_server(root)  # others are ours to mend
    return not (isinstance(root, OSError) and root.errno in (*FULL, *DENIED, *IN_THE_WAY))


def with_retries(
    action: Callable[[], Result],
    pauses: Iterable[float],
    told: Callable[[Exception, float], None],
    longest: float = LONGEST_WAIT,
) -> Result:
    """Do something with the Hub; try again when it was the moment that was wrong.

    Args:
        action: may be repeated: what it does twice must be as if done once.
        pauses: seconds before each further try; where the Hub says how long to wait, it is that.
        told: is called before each wait with the error and the seconds.
        longest: seconds; where the Hub asks for more, nothing is tried again.

    Raises:
        Exception: of the last try.
    """
    from huggingface_hub.errors import HTTPError

    for seconds in pauses:
        try:
            return action()
        except (OSError, HTTPError, ValueError, RuntimeError, *STRANGE) as error:
            wait = _seconds_to_wait(error, seconds)
            if wait is None or wait > longest:
                raise
            told(error, wait)
            pause(wait)
    return action()


def _seconds_to_wait(error: Exception, otherwise: float) -> float | None:
    """How long to wait before another try; None where another try would not help."""
    if isinstance(error, PublishError) or not may_pass(error):
        return None
    return (_asked_to_wait(root_of(error)) if status_of(error) == 429 else None) or otherwise


def _asked_to_wait(error: Any) -> float | None:
    """Seconds that the Hub asks to wait, in either of its two ways; None if it does not say."""
    from huggingface_hub.utils import parse_ratelimit_headers

    headers = error.response.headers
    value = headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    limit = parse_ratelimit_headers(headers)
    return float(limit.reset_in_seconds) if limit and limit.remaining == 0 else None
