"""One commit that makes a repository of the Hub hold exactly some files, and never a second one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

from training.hub.blobs import is_same, size_of
from training.hub.causes import HTTPError
from training.hub.errors import PublishError, Say, patiently, plainly
from training.hub.repository import OF_THE_HUB, Target, head_of, remote_files

__all__ = ["OF_THE_HUB", "Change", "Target", "changes", "head_of", "put", "remote_files"]

Kind = Literal["added", "changed", "deleted"]


@dataclass(frozen=True)
class Change:
    """What a commit does to a file; `size` in bytes, 0 when it is deleted."""

    path: str
    kind: Kind
    size: int


def changes(
    api: HfApi,
    target: Target,
    files: Mapping[str, Path | bytes],
    revision: str | None,
    say: Say = print,
) -> tuple[Change, ...]:
    """What has to happen for a revision to hold exactly these files; nothing is downloaded.

    Args:
        api, target: where.
        files: by path in the repository; where a file lies, or what is in it.
        revision: to compare with; None compares with an empty repository.
        say: is told of each wait.

    Returns:
        Changes by path; empty where the revision holds these files already.

    Raises:
        PublishError: the Hub cannot be asked.
    """
    there = remote_files(api, target, revision, say) if revision else {}
    found = [
        Change(path, "changed" if path in there else "added", size_of(content))
        for path, content in files.items()
        if path not in there or not is_same(content, there[path])
    ]
    gone = set(there) - set(files) - {OF_THE_HUB}
    found += [Change(path, "deleted", 0) for path in gone]
    return tuple(sorted(found, key=lambda each: each.path))


def put(
    api: HfApi,
    target: Target,
    files: Mapping[str, Path | bytes],
    *,
    parent: str,
    title: str,
    description: str,
    say: Say,
) -> str:
    """Make the repository hold exactly these files, in one commit on `parent`.

    Args:
        api, target: where.
        files: as for `changes`.
        parent: the head that was looked at; somebody else's commit on it is not overwritten.
        title, description: of the commit.
        say: is told of each stage and each wait.

    Returns:
        The commit that holds the files: a new one; `parent`, where nothing is to change; or the one
        of an earlier try whose answer was lost.

    Raises:
        PublishError: it did not work; the repository is as it was.
    """
    found = changes(api, target, files, parent, say)
    if not found:
        return parent
    operations = send(api, target, files, found, say)

    def commit() -> str:
        try:
            made = api.create_commit(
                target.repository,
                operations,
                commit_message=title,
                commit_description=description,
                repo_type=target.repo_type,
                parent_commit=parent,
            )
        except (HTTPError, ValueError) as error:
            return found_again(api, target, files, parent, error, say)
        return made.oid

    say("Making the commit ...")
    return patiently(commit, "make the commit", target.repository, say)


def send(
    api: HfApi,
    target: Target,
    files: Mapping[str, Path | bytes],
    found: tuple[Change, ...],
    say: Say,
) -> list[CommitOperationAdd | CommitOperationDelete]:
    """Send what is large, which nobody sees until it is committed.

    Returns:
        What the commit is to do.
    """
    adds = additions(found, files)
    say(f"Sending {len(adds)} files, {sum(each.size for each in found) / 1e6:.1f} MB ...")
    # The client tries these requests again by itself.
    with plainly("send the files", target.repository):
        api.preupload_lfs_files(
            target.repository, adds, repo_type=target.repo_type, free_memory=False
        )
    return [*adds, *deletions(found)]


def additions(
    found: tuple[Change, ...], files: Mapping[str, Path | bytes]
) -> list[CommitOperationAdd]:
    """What the client is to send."""
    contents = {each.path: files[each.path] for each in found if each.kind != "deleted"}
    return [
        CommitOperationAdd(path, content if isinstance(content, bytes) else str(content))
        for path, content in contents.items()
    ]


def deletions(found: tuple[Change, ...]) -> list[CommitOperationDelete]:
    """What the commit takes away."""
    return [CommitOperationDelete(each.path) for each in found if each.kind == "deleted"]


def found_again(
    api: HfApi,
    target: Target,
    files: Mapping[str, Path | bytes],
    parent: str,
    error: Exception,
    say: Say,
) -> str:
    """The commit whose answer was lost: the work may have been done before the line was cut.

    Raises:
        Exception: `error` itself, where nothing has happened.
        PublishError: somebody else's commit came in between.
    """
    head = head_of(api, target, say)
    if head is None or head == parent:
        raise error
    if changes(api, target, files, head, say):
        raise PublishError(
            f"Somebody else changed {target.repository} in the meantime: its newest commit is "
            f"{head}, not {parent}. Nothing was overwritten. Look at that commit, then run the "
            "command again if yours still holds."
        ) from error
    return head
