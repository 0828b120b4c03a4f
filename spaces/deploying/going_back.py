"""A Space's files as they were at an earlier commit on the Hub."""

from __future__ import annotations

from pathlib import Path

from huggingface_hub import HfApi

from deploying.assembly import files_in
from deploying.code_source import SOURCE_FILE
from deploying.folder import Folder
from deploying.hosting import Wanted, is_public
from shared.checkpoint.lock import COMMIT, LOCK_FILE
from training.hub.commits import OF_THE_HUB, remote_files
from training.hub.errors import PublishError, Say, patiently


def folder_at(api: HfApi, name: str, wanted: Wanted, commit: str, target: Path, say: Say) -> Folder:
    """Fetch what a Space held.

    Args:
        api, wanted: which Space.
        name: of the Space in this repository.
        commit: of its history on the Hub, 40 hex digits.
        target: an empty folder for the files.
        say: is told of each wait.

    Raises:
        PublishError: there is no such commit, it is not one of this command's, or it is of another
            Space.
    """
    if not COMMIT.fullmatch(commit):
        raise PublishError(f"{commit!r} is no commit of 40 hex digits. Its history has them.")
    names = set(remote_files(api, wanted.target, commit, say)) - {OF_THE_HUB}
    if not {SOURCE_FILE, LOCK_FILE} <= names:
        raise PublishError(
            f"{wanted.repository} at {commit} was not deployed from here: it has no {SOURCE_FILE}. "
            "Choose another commit of its history."
        )

    def fetch() -> None:
        for each in sorted(names):
            api.hf_hub_download(
                wanted.repository, each, revision=commit, repo_type="space", local_dir=target
            )

    patiently(fetch, f"fetch the files of {commit[:12]}", wanted.repository, say)
    files = {path: file for path, file in files_in(target).items() if path in names}
    folder = Folder(name, files, f"Back to {commit[:12]}")
    if folder.lock.task != name:
        raise PublishError(
            f"{wanted.repository} at {commit} is the {folder.lock.task} Space, not the {name} one."
        )
    is_public(api, folder.lock, say)  # or it is not there any more
    return folder
