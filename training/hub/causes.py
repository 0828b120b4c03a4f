"""What lies at the bottom of an error of the Hub's client, which wraps errors in errors."""

from __future__ import annotations

from collections.abc import Iterator

# The library for HTTP is not the same in every version of the client, which names its base error.
from huggingface_hub.errors import HfHubHTTPError, HTTPError, LocalTokenNotFoundError

TELLING = (HfHubHTTPError, LocalTokenNotFoundError, HTTPError, OSError)  # the first one found wins

NO_REPOSITORY = "RepoNotFound"  # in X-Error-Code

__all__ = ["HTTPError", "chain_of", "is_about_the_token", "root_of", "status_of"]


def root_of(error: BaseException) -> BaseException:
    """The error that says most: an answer of the Hub, else of HTTP, else of the disk."""
    chain = list(chain_of(error))
    for kind in TELLING:
        for each in chain:
            if isinstance(each, kind) and tells(each):
                return each
    return error


def tells(error: BaseException) -> bool:
    """Not an OSError that the client made itself around another one, which has no number."""
    return not isinstance(error, OSError) or isinstance(error, HTTPError) or is_numbered(error)


def is_numbered(error: OSError) -> bool:
    """An error of the system, or one that stands for itself."""
    return error.errno is not None or error.__cause__ is None


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """An error, what caused it, what caused that."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def status_of(error: BaseException) -> int | None:
    """The HTTP status that the Hub answered with; None if it did not answer."""
    root = root_of(error)
    return root.response.status_code if isinstance(root, HfHubHTTPError) else None


def is_about_the_token(error: HfHubHTTPError) -> bool:
    """Whether a 401 means the token: the Hub also answers so for what a visitor may not see."""
    answer = error.response
    return answer.status_code == 401 and answer.headers.get("X-Error-Code") != NO_REPOSITORY
