"""From what a person types to a commit of a model repository."""

from __future__ import annotations

import re

from huggingface_hub import HfApi
from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

from shared.checkpoint.lock import Lock
from training.hub.errors import PublishError, Say, patiently
from training.hub.versions import Version, versions

COMMIT = re.compile(r"[0-9a-f]{7,40}")


def repository_of(lock: Lock, named: str | None) -> str:
    """The repository that somebody named, else the one of the lock.

    Raises:
        PublishError: neither.
    """
    found = named or lock.repository
    if found is None:
        raise PublishError(
            f"No {lock.task} model has been published yet: the bundled checkpoint is live. Name "
            "the repository: --repo OWNER/NAME."
        )
    return found


def resolve(api: HfApi, repository: str, revision: str, say: Say) -> str:
    """The commit, 40 hex digits, that a tag or the beginning of a commit means.

    A branch means another commit tomorrow, so it is not taken.

    Raises:
        PublishError: there is no such repository, version or commit.
    """
    known = versions(api, repository, say)
    tagged = {each.name: each.commit for each in known}
    if revision in tagged:
        return tagged[revision]
    commit = commit_of(api, repository, revision, say) if COMMIT.fullmatch(revision) else None
    if commit is None:
        raise PublishError(
            f"{repository} has no version {revision!r}, only {names(known)}. Name one of them, or "
            "a commit."
        )
    return commit


def commit_of(api: HfApi, repository: str, begins: str, say: Say) -> str | None:
    """A commit by how it begins; None if there is none."""

    def ask() -> str | None:
        try:
            return api.repo_info(repository, revision=begins).sha
        except RepositoryNotFoundError:
            raise
        except RevisionNotFoundError:
            return None

    return patiently(ask, f"look for commit {begins}", repository, say)


def names(known: tuple[Version, ...]) -> str:
    """All versions in a list."""
    return ", ".join(each.name for each in known) or "none yet"
