"""The Hub's client as every command of a release uses it: started, signed in, asked, and ended."""

from __future__ import annotations

import argparse
import concurrent.futures
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from huggingface_hub import HfApi, get_session, get_token
from huggingface_hub.errors import HTTPError

from shared.checkpoint.contract import REQUIRED
from shared.checkpoint.hub import in_background
from shared.checkpoint.hub_errors import is_of_another_server
from shared.checkpoint.hub_retries import with_retries
from shared.checkpoint.lock import REPOSITORY
from shared.errors import CheckpointError, InputError, PublishError
from training.release.hub_errors import (
    AGAIN,
    for_maintainers,
    in_short,
    no_token,
    sign_in,
    without_secrets,
)

Result = TypeVar("Result")

PAUSES = (1.0, 2.0, 4.0)  # seconds before each further try
PATIENCE = 60.0  # seconds without a byte from the Hub; the client itself would wait for ever
QUIET = 15.0  # seconds after which a command says that it is still at it
MEANT = (OSError, HTTPError, ValueError, RuntimeError)  # of the client, of HTTP, of the disk
STRANGE = (
    LookupError,
    TypeError,
    AttributeError,
)  # of the client, where an answer is not the Hub's
OURS = (CheckpointError, InputError, PublishError)  # they have words of their own
FINE_GRAINED = "fineGrained"  # role of a token with rights of its own, which whoami need not tell
MAY_NOT_WRITE = "read"  # role of a token, or of a member in an organisation
REFUSED, BROKEN_OFF = 1, 130  # exit codes


@dataclass(frozen=True)
class Repository:
    """A repository of the Hub.

    Attributes:
        name: "owner/name".
        kind: what is in it.
        api: the client that asks for it; reads the token as the client does: HF_TOKEN, else the
            file of `hf auth login`.
    """

    name: str
    kind: Literal["model", "space"] = "model"
    api: HfApi = field(default_factory=HfApi, compare=False)

    def __str__(self) -> str:
        """Its name, for sentences."""
        return self.name


@dataclass
class Activity:
    """What a command is doing, for whoever waits for it."""

    what: str = "begin"
    told: float = 0.0  # moment of the last line


NOW = Activity()


def say(line: str) -> None:
    """Tell the person at the terminal, at once.

    Whoever listens may stop (`| head -1`): what was begun is done all the same, only not told.
    """
    NOW.told = time.monotonic()
    try:
        print(without_secrets(line), flush=True)
    except BrokenPipeError:  # Python's own flush at the end must not meet the pipe again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run(action: Callable[[], None], limit: float) -> None:
    """Do what a command line is for.

    Args:
        action: all of it.
        limit: seconds that it may take in all, which is said first.

    Raises:
        SystemExit: with 1 after a refusal, whose sentence stands on standard error; with 130 where
            somebody broke it off.
    """
    get_session().timeout = PATIENCE
    try:
        say(f"(Gives up after {_in_words(limit)}.)")
        _within(limit, action)
    except OURS as error:
        print(without_secrets(str(error)), file=sys.stderr)
        sys.exit(REFUSED)
    except KeyboardInterrupt:
        print(f"\nBroken off. {AGAIN}", file=sys.stderr)
        sys.exit(BROKEN_OFF)


def _within(limit: float, action: Callable[[], None]) -> None:
    """Do something, say every while that it goes on, and give up at the limit.

    In a thread, which is left alone then: a call of the client that hangs cannot be broken off, nor
    one whose bytes trickle, each just in time. The process ends without waiting for it.

    Raises:
        PublishError: the limit is over.
    """
    begun, work = time.monotonic(), in_background(action)
    while True:
        elapsed = time.monotonic() - begun
        concurrent.futures.wait([work], max(0.0, min(QUIET, limit - elapsed)))
        if work.done():
            return work.result()
        elapsed = time.monotonic() - begun
        if elapsed >= limit:
            raise PublishError(
                f"Could not {NOW.what} within {_in_words(limit)}: the Hub, or the way to it, is "
                f"too slow. {AGAIN}"
            )
        if time.monotonic() - NOW.told >= QUIET:
            say(f"  still trying to {NOW.what}, {elapsed:.0f} of {limit:.0f} s ...")


def _in_words(seconds: float) -> str:
    """ "15 minutes"; "90 seconds" where that is less than two minutes."""
    return f"{seconds:g} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"


def parser_for_a_space(description: str | None) -> argparse.ArgumentParser:
    """A command line whose first word is a task."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("task", choices=sorted(REQUIRED), help="which Space")
    return parser


def repository_name(value: str) -> str:
    """An argument of a command line that names a repository of the Hub.

    Raises:
        argparse.ArgumentTypeError: it is not OWNER/NAME.
    """
    if not REPOSITORY.fullmatch(value):
        raise argparse.ArgumentTypeError(f"{without_secrets(value)!r} is not OWNER/NAME")
    return value


def add_repository(parser: argparse.ArgumentParser, when: str) -> None:
    """The option that names another repository than the lock's; `when` it is needed."""
    parser.add_argument("--repo", type=repository_name, metavar="OWNER/NAME", help=when)


@contextmanager
def errors_in_words(what: str, repository: str) -> Iterator[None]:
    """Turn every error of the client, of HTTP and of the disk inside into a sentence.

    Args:
        what: was being done, after "could not": "send the files".
        repository: "owner/name", or whatever else it was done to.

    Raises:
        PublishError: instead of those errors. The project's own errors pass as they are.
    """
    NOW.what = what
    try:
        yield
    except OURS:
        raise
    except (*MEANT, *STRANGE) as error:
        if isinstance(error, STRANGE) and not is_of_another_server(error):
            raise  # a mistake of ours
        words = for_maintainers(error, repository)
        raise PublishError(f"Could not {what} ({repository}): {words}") from error


def request(action: Callable[[], Result], what: str, repository: Repository) -> Result:
    """Ask the Hub for something; ask again, and say so, when it was the moment that was wrong.

    Args:
        action: may be repeated: what it does twice must be as if done once.
        what: as for `errors_in_words`.
        repository: that it is done to.

    Raises:
        PublishError: it did not work, even so.
    """

    def told(error: Exception, wait: float) -> None:
        say(f"Could not {what}: {in_short(error)}. Trying again in {wait:g} s ...")

    with errors_in_words(what, repository.name):
        return with_retries(action, PAUSES, told)


def check_account(repository: Repository) -> str:
    """The name of the signed-in user; asked before any work is done.

    Args:
        repository: that is going to be written.

    Raises:
        PublishError: there is no token, it has expired or may only read, or the owner is somebody
            for whom it cannot write. A fine-grained token is left to the Hub's own answer.
    """
    if not (repository.api.token or get_token()):
        raise PublishError(no_token())

    def ask() -> dict[str, Any]:
        account = repository.api.whoami()
        if "name" not in account:
            raise ValueError("Malformed response to whoami")
        return account

    account = request(ask, "sign in", repository)
    name = str(account["name"])
    token = account.get("auth", {}).get("accessToken") or {}  # the Hub need not say its role
    if token.get("role") == MAY_NOT_WRITE:
        raise PublishError(f"The token may only read. {sign_in()} (Signed in as {name}.)")
    if token.get("role") == FINE_GRAINED:
        return name  # its organisations need not be among those that are told
    owner = repository.name.split("/", 1)[0]
    teams = account.get("orgs", [])
    owners = [name, *(team["name"] for team in teams if team.get("roleInOrg") != MAY_NOT_WRITE)]
    if owner not in owners:
        raise PublishError(
            f"{name} cannot write to {owner!r}, only to {', '.join(owners)}. Name one of these, "
            "or sign in as somebody who may."
        )
    return name
