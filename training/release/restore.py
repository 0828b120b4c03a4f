"""The way back of a Space: its files as they were at an earlier commit on the Hub."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shared.checkpoint.lock import COMMIT, LOCK_FILE
from shared.errors import PublishError
from training.release.assembly import SOURCE_FILE, Folder, files_in
from training.release.commits import OF_THE_HUB, remote_files
from training.release.hub import Repository, request
from training.release.space import BROKEN, is_public

MOST_VERSIONS = 5


def folder_at(name: str, space: Repository, commit: str, target: Path) -> Folder:
    """Fetch what a Space held.

    Args:
        name: of the Space in this checkout.
        space: which one on the Hub.
        commit: of its history on the Hub, 40 hex digits.
        target: an empty folder for the files.

    Raises:
        PublishError: there is no such commit, it is not one of this command's, or it is of another
            Space.
    """
    if not COMMIT.fullmatch(commit):
        raise PublishError(f"{commit!r} is not a commit of 40 hex digits. Its history has them.")
    names = set(remote_files(space, commit)) - {OF_THE_HUB}
    if not {SOURCE_FILE, LOCK_FILE} <= names:
        raise PublishError(
            f"{space} at {commit} was not deployed from here: it has no {SOURCE_FILE}. "
            "Choose another commit of its history."
        )

    def fetch() -> None:
        for file in sorted(names):
            space.api.hf_hub_download(
                space.name, file, revision=commit, repo_type="space", local_dir=target
            )

    request(fetch, f"fetch the files of {commit[:12]}", space)
    files = {path: file for path, file in files_in(target).items() if path in names}
    folder = Folder(name, files, f"Back to {commit[:12]}")
    if folder.lock.task != name:
        raise PublishError(
            f"{space} at {commit} is the {folder.lock.task} Space, not the {name} one."
        )
    is_public(folder.lock)  # or it is not there any more
    return folder


def way_back(
    name: str, space: Repository, before: str | None, stage: str | None, commit: str
) -> Iterator[str]:
    """How to have an earlier version again, in lines.

    Args:
        name: of the Space in this checkout.
        space: which one on the Hub.
        before: the commit of ours that was there before; None where there was none.
        stage: what the Hub called the Space's state then.
        commit: what has just failed.
    """
    command = f"python spaces/deploy.py {name} --to {space} --back-to"
    if before is None:
        yield "There is no version before this one. Mend it and deploy again."
    elif stage not in BROKEN and before != commit:
        yield f"The way back to the version before: {command} {before}"
    else:
        yield "The version before did not run either. Earlier ones, newest first:"
        yield from _earlier(space, {commit, before})
        yield f"The way back to one of them: {command} COMMIT"


def _earlier(space: Repository, but: set[str]) -> Iterator[str]:
    """The Space's last few commits, but for some."""
    try:
        commits = request(
            lambda: space.api.list_repo_commits(space.name, repo_type="space"),
            "read its history",
            space,
        )
    except PublishError as error:
        yield f"  {error}"
        return
    for commit in [commit for commit in commits if commit.commit_id not in but][:MOST_VERSIONS]:
        yield f"  {commit.commit_id}  {commit.created_at:%Y-%m-%d %H:%M}  {commit.title}"
