"""One commit that makes a repository of the Hub hold exactly some files, and never a second one."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, ModelInfo, SpaceInfo
from huggingface_hub.errors import GatedRepoError, HTTPError, RepositoryNotFoundError
from huggingface_hub.hf_api import RepoFile

from shared.checkpoint.contract import hash_file
from shared.checkpoint.hub_errors import is_about_the_token
from shared.errors import PublishError
from training.release.hub import PATIENCE, Repository, request, say

OF_THE_HUB = ".gitattributes"  # made by the Hub itself, with the repository
KINDS = ("added", "changed", "deleted")
Kind = Literal["added", "changed", "deleted"]
Files = Mapping[str, Path | bytes]  # by path in the repository: where a file lies, or its content


@dataclass(frozen=True)
class Head:
    """A repository as it was looked at: one listing, on which its commit will stand.

    Attributes:
        commit: its newest one, 40 hex digits.
        private: whether only its owner sees it.
        files: what the Hub says of each file at that commit: its size and hash.
    """

    commit: str
    private: bool
    files: Mapping[str, RepoFile]

    @property
    def names(self) -> set[str]:
        """Its files but for the Hub's own."""
        return set(self.files) - {OF_THE_HUB}


@dataclass(frozen=True)
class Change:
    """What a commit does to a file; `size` in bytes, 0 when it is deleted."""

    path: str
    kind: Kind
    size: int


def head_of(repository: Repository) -> Head | None:
    """The newest commit with its files; None where there is no repository that can be seen.

    Raises:
        PublishError: the Hub cannot be asked.
    """

    def ask() -> ModelInfo | SpaceInfo | None:
        try:
            info = repository.api.repo_info(
                repository.name, repo_type=repository.kind, timeout=PATIENCE
            )
        except RepositoryNotFoundError as error:
            if isinstance(error, GatedRepoError) or is_about_the_token(error):
                raise  # it is there
            return None
        assert isinstance(info, ModelInfo | SpaceInfo)  # of the two kinds of `Repository`
        return info

    info = request(ask, "look at the repository", repository)
    if info is None or not info.sha:
        return None
    if info.id != repository.name:  # the Hub leads from the old name to the new one, for reading
        raise PublishError(f"{repository} is called {info.id} now. Use that name.")
    return Head(info.sha, bool(info.private), remote_files(repository, info.sha))


def remote_files(repository: Repository, revision: str) -> dict[str, RepoFile]:
    """What the Hub says of each file at a revision: its size and hash.

    Raises:
        PublishError: the Hub cannot be asked, or has no such revision.
    """

    def ask() -> dict[str, RepoFile]:
        entries = repository.api.list_repo_tree(
            repository.name, recursive=True, revision=revision, repo_type=repository.kind
        )
        return {entry.path: entry for entry in entries if isinstance(entry, RepoFile)}

    return request(ask, "list the files", repository)


def file_at(repository: Repository, revision: str, name: str) -> str:
    """The text of a file at a revision; nothing of it stays on this disk.

    Raises:
        PublishError: there is no such file, or the Hub cannot be asked.
    """

    def fetch() -> str:
        with tempfile.TemporaryDirectory() as folder:
            path = repository.api.hf_hub_download(
                repository.name, name, revision=revision, repo_type=repository.kind,
                local_dir=folder,
            )  # fmt: skip
            return Path(path).read_text(encoding="utf-8")

    return request(fetch, f"read {name}", repository)


def changes(files: Files, there: Mapping[str, RepoFile]) -> tuple[Change, ...]:
    """What has to happen for a revision to hold exactly these files; nothing is downloaded.

    Args:
        files: as they shall be.
        there: as the Hub has them; empty for a repository that does not exist yet.

    Returns:
        Changes by path; empty where the revision holds these files already.
    """
    todo = [
        Change(path, "changed" if path in there else "added", size_of(content))
        for path, content in files.items()
        if path not in there or not _is_same(content, there[path])
    ]
    todo += [Change(path, "deleted", 0) for path in set(there) - set(files) - {OF_THE_HUB}]
    return tuple(sorted(todo, key=lambda change: change.path))


def size_of(content: Path | bytes) -> int:
    """Bytes of a file."""
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def _is_same(content: Path | bytes, there: RepoFile) -> bool:
    """Whether the Hub's file has this content, by its hash alone.

    Large files are known there by their sha256 (Git LFS), others by git's own hash of a blob: the
    sha1 over "blob", the size and the content.
    """
    if size_of(content) != (there.lfs.size if there.lfs else there.size):
        return False
    if there.lfs:
        own = (
            hashlib.sha256(content).hexdigest()
            if isinstance(content, bytes)
            else hash_file(content)
        )
        return own == there.lfs.sha256
    whole = content if isinstance(content, bytes) else content.read_bytes()
    blob = hashlib.sha1(b"blob %d\0" % len(whole) + whole, usedforsecurity=False)
    return blob.hexdigest() == there.blob_id


def put(
    repository: Repository,
    files: Files,
    *,
    on: Head,
    title: str,
    description: str,
) -> str:
    """Make the repository hold exactly these files, in one commit.

    Args:
        repository: where.
        files: as they shall be.
        on: the head that was looked at; somebody else's commit on it is not overwritten.
        title, description: of the commit.

    Returns:
        The commit that holds the files: a new one; that of the head, where nothing is to change; or
        the one of an earlier try whose answer was lost.

    Raises:
        PublishError: it did not work; the repository is as it was.
    """
    todo = changes(files, on.files)
    if not todo:
        return on.commit
    operations = _send(repository, files, todo)

    def commit() -> str:
        try:
            made = repository.api.create_commit(
                repository.name,
                operations,
                commit_message=title,
                commit_description=description,
                repo_type=repository.kind,
                parent_commit=on.commit,
            )
        except (HTTPError, ValueError) as error:
            return _made_before(repository, files, on, error)
        return made.oid

    say("Making the commit ...")
    return request(commit, "make the commit", repository)


def _send(
    repository: Repository, files: Files, todo: tuple[Change, ...]
) -> list[CommitOperationAdd | CommitOperationDelete]:
    """Send what is large, which nobody sees until it is committed."""
    contents = {change.path: files[change.path] for change in todo if change.kind != "deleted"}
    adds = [
        CommitOperationAdd(path, content if isinstance(content, bytes) else str(content))
        for path, content in contents.items()
    ]
    say(f"Sending {len(adds)} files, {sum(change.size for change in todo) / 1e6:.1f} MB ...")

    def send() -> None:
        # What has arrived is not sent again. The client itself tries HTTP again, but not Xet.
        repository.api.preupload_lfs_files(
            repository.name, adds, repo_type=repository.kind, free_memory=False
        )

    request(send, "send the files", repository)
    deletes = [CommitOperationDelete(change.path) for change in todo if change.kind == "deleted"]
    return [*adds, *deletes]


def _made_before(repository: Repository, files: Files, on: Head, error: Exception) -> str:
    """The commit whose answer was lost: the work may have been done before the line was cut."""
    head = head_of(repository)
    if head is None or head.commit == on.commit:
        raise error
    if changes(files, head.files):
        raise PublishError(
            f"Somebody else changed {repository} in the meantime: its newest commit is "
            f"{head.commit}, not {on.commit}. Nothing was overwritten. Look at that commit, then "
            "run the command again if yours still holds."
        ) from error
    return head.commit
