"""What a repository of the Hub holds: its newest commit, and the hashes of its files."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Literal

from huggingface_hub import HfApi
from huggingface_hub.errors import RepositoryNotFoundError
from huggingface_hub.hf_api import RepoFile

from shared.checkpoint.lock import REPOSITORY
from training.hub.causes import is_about_the_token
from training.hub.errors import PATIENCE, Say, patiently
from training.hub.reasons import without_secrets

OF_THE_HUB = ".gitattributes"  # made by the Hub itself, with the repository


def repository_name(value: str) -> str:
    """An argument of a command line that names a repository of the Hub.

    Raises:
        argparse.ArgumentTypeError: it is no OWNER/NAME.
    """
    if not REPOSITORY.fullmatch(value):
        raise argparse.ArgumentTypeError(f"{without_secrets(value)!r} is no OWNER/NAME")
    return value


@dataclass(frozen=True)
class Target:
    """Where on the Hub."""

    repository: str
    repo_type: Literal["model", "space"]


def head_of(api: HfApi, target: Target, say: Say = print) -> str | None:
    """The newest commit; None where there is no such repository, or none that can be seen.

    Raises:
        PublishError: the Hub cannot be asked.
    """

    def ask() -> str | None:
        try:
            found = api.repo_info(target.repository, repo_type=target.repo_type, timeout=PATIENCE)
        except RepositoryNotFoundError as error:
            if is_about_the_token(error):
                raise
            return None
        return found.sha or None

    return patiently(ask, "look at the repository", target.repository, say)


def remote_files(
    api: HfApi, target: Target, revision: str, say: Say = print
) -> dict[str, RepoFile]:
    """What the Hub says of each file at a revision: its size and hash.

    Raises:
        PublishError: the Hub cannot be asked, or has no such revision.
    """

    def ask() -> dict[str, RepoFile]:
        found = api.list_repo_tree(
            target.repository, recursive=True, revision=revision, repo_type=target.repo_type
        )
        return {each.path: each for each in found if isinstance(each, RepoFile)}

    return patiently(ask, "list the files", target.repository, say)
