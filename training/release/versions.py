"""The versions of a model on the Hub: tags v1, v2, v3, each on a commit."""

from __future__ import annotations

import re
from dataclasses import dataclass

from huggingface_hub.errors import HfHubHTTPError, RevisionNotFoundError

from shared.checkpoint.hub_errors import status_of
from shared.errors import PublishError
from shared.pauses import pause
from training.release.hub import Repository, request

TAG = re.compile(r"v([1-9]\d*)")
COMMIT = re.compile(r"[0-9a-f]{7,40}")
PAUSE = 1.0  # seconds
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


def versions(repository: Repository) -> tuple[Version, ...]:
    """All versions of a model repository, oldest first; other tags are not versions.

    Raises:
        PublishError: the Hub cannot be asked, or there is no such repository.
    """
    refs = request(
        lambda: repository.api.list_repo_refs(repository.name), "list the versions", repository
    )
    tags = [(TAG.fullmatch(tag.name), tag.target_commit) for tag in refs.tags]
    numbered = [Version(int(name[1]), commit) for name, commit in tags if name]
    return tuple(sorted(numbered, key=lambda version: version.number))


def version_at(known: tuple[Version, ...], commit: str) -> Version | None:
    """The newest version on a commit; None if there is none."""
    return next((version for version in reversed(known) if version.commit == commit), None)


def tag_next(repository: Repository, commit: str, message: str) -> Version:
    """Make a commit the next version, unless it is one already.

    Args:
        repository: where.
        commit: 40 hex digits.
        message: of the tag.

    Returns:
        The version of this commit.

    Raises:
        PublishError: the Hub refused, or others take every number.
    """

    def attempt() -> Version | None:
        # Asked anew each time: an earlier try may have worked and its answer been lost.
        known = versions(repository)
        there = version_at(known, commit)
        if there:
            return there
        made = Version(max((version.number for version in known), default=0) + 1, commit)
        try:
            repository.api.create_tag(
                repository.name, tag=made.name, tag_message=message, revision=commit
            )
        except HfHubHTTPError as error:
            if status_of(error) != 409:
                raise
            return None
        # Asked once more: the client believes any answer to have been the Hub's.
        return version_at(versions(repository), commit)

    for _ in range(TRIES):
        made = request(attempt, "tag the version", repository)
        if made:
            return made
        pause(PAUSE)
    raise PublishError(
        f"Others keep taking the next version of {repository}. Run the same command again."
    )


def resolve(repository: Repository, revision: str) -> str:
    """The commit, 40 hex digits, that a tag or the beginning of a commit means.

    A branch means another commit tomorrow, so it is not taken.

    Raises:
        PublishError: there is no such repository, version or commit.
    """
    known = versions(repository)
    tagged = {version.name: version.commit for version in known}
    if revision in tagged:
        return tagged[revision]
    commit = _commit_of(repository, revision) if COMMIT.fullmatch(revision) else None
    if commit is None:
        raise PublishError(
            f"{repository} has no version {revision!r}, only {', '.join(tagged) or 'none yet'}. "
            "Name one of them, or a commit."
        )
    return commit


def _commit_of(repository: Repository, beginning: str) -> str | None:
    """A commit by how it begins; None if there is none."""

    def ask() -> str | None:
        try:
            return repository.api.repo_info(repository.name, revision=beginning).sha
        except RevisionNotFoundError:
            return None

    return request(ask, f"look for commit {beginning}", repository)
