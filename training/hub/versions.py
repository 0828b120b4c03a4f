"""The versions of a model on the Hub: tags v1, v2, v3, each on a commit."""

from __future__ import annotations

import re
from dataclasses import dataclass

from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError

from training.hub.causes import status_of
from training.hub.errors import PublishError, Say, patiently

TAG = re.compile(r"v([1-9]\d*)")
TRIES = 5  # numbers that somebody else may have taken meanwhile


@dataclass(frozen=True)
class Version:
    """A version: its number, counted from 1, and its commit, 40 hex digits."""

    number: int
    commit: str

    @property
    def name(self) -> str:
        """The tag: "v3"."""
        return f"v{self.number}"


def versions(api: HfApi, repository: str, say: Say = print) -> tuple[Version, ...]:
    """All versions of a model repository, oldest first; other tags are none.

    Raises:
        PublishError: the Hub cannot be asked, or there is no such repository.
    """
    refs = patiently(lambda: api.list_repo_refs(repository), "list the versions", repository, say)
    found = [(TAG.fullmatch(each.name), each.target_commit) for each in refs.tags]
    numbered = [Version(int(tag[1]), commit) for tag, commit in found if tag]
    return tuple(sorted(numbered, key=lambda each: each.number))


def version_at(found: tuple[Version, ...], commit: str) -> Version | None:
    """The newest version on a commit; None if there is none."""
    return next((each for each in reversed(found) if each.commit == commit), None)


def tag_next(api: HfApi, repository: str, commit: str, message: str, say: Say = print) -> Version:
    """Make a commit the next version, unless it is one already.

    Args:
        api, repository: where.
        commit: 40 hex digits.
        message: of the tag.
        say: is told of each wait.

    Returns:
        The version of this commit.

    Raises:
        PublishError: the Hub refused, or others take every number.
    """

    def attempt() -> Version | None:
        # Asked anew each time: an earlier try may have worked and its answer been lost.
        known = versions(api, repository, say)
        there = version_at(known, commit)
        if there:
            return there
        made = Version(max((each.number for each in known), default=0) + 1, commit)
        try:
            api.create_tag(repository, tag=made.name, tag_message=message, revision=commit)
        except HfHubHTTPError as error:
            if status_of(error) != 409:
                raise
            return None
        return made

    for _ in range(TRIES):
        made = patiently(attempt, "tag the version", repository, say)
        if made:
            return made
    raise PublishError(
        f"Others keep taking the next version of {repository}. Run the same command again."
    )
