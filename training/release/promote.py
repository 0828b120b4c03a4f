"""Make a published version live: `python -m training.promote loan --revision v3`.

Every file is fetched and checked, the model answers its examples, and then the Space's
checkpoint.json names the commit; nothing else changes. `--bundled` in place of `--revision` makes
the checkpoint that comes with the Space live, for instance when a published one has been deleted.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from huggingface_hub.hf_api import RepoFile

from shared.checkpoint.contract import EVALUATION_FILE
from shared.checkpoint.lock import Lock, lock_of, write_lock
from shared.checkpoint.source import BUNDLED
from shared.errors import CheckpointError, PublishError
from training.release import live
from training.release.check import check_answers
from training.release.commits import changes, remote_files
from training.release.gate import figure
from training.release.hub import (
    Repository,
    add_repository,
    errors_in_words,
    parser_for_a_space,
    request,
    run,
    say,
)
from training.release.versions import Version, resolve, version_at, versions

LIMIT = 900.0  # seconds


def promote(task: str, repository: Repository, commit: str) -> None:
    """Let a Space's lock name a commit, once every file of it has been tried.

    Args:
        task: whose Space.
        repository: of its models.
        commit: 40 hex digits.

    Raises:
        CheckpointError, PublishError: it cannot be had or is not sound; the lock is as it was.
    """
    folder = fetch(repository, commit)
    _check(folder, task, str(repository))
    known = versions(repository)
    after = lock_of(folder, repository=repository.name, commit=commit)
    _make_live(task, after, lambda lock: _called(lock, repository, known))


def promote_bundled(task: str) -> None:
    """Let a Space's lock name the checkpoint that comes with it.

    Raises:
        CheckpointError, PublishError: it is not sound; the lock is as it was.
    """
    folder = live.SPACES / task / BUNDLED
    _check(folder, task, f"spaces/{task}/{BUNDLED}")
    _make_live(task, lock_of(folder), live.words_for)


def _check(folder: Path, task: str, name: str) -> None:
    """Refuse a checkpoint that is not sound, or is of another task; `name` is where it is from."""
    say("Checking every hash, opening the model, answering its examples ...")
    own = check_answers(folder)
    if own != task:
        raise CheckpointError(f"{name} is a {own} model, not a {task} model. Name another.")


def _make_live(task: str, after: Lock, called: Callable[[Lock], str]) -> None:
    """Write the lock and say what it changes; `called`: how to call what a lock names."""
    path = live.lock_path(task)
    shown, before = path.relative_to(live.ROOT), live.lock_of_task(task)
    say(f"\n{called(before)}  ->  {called(after)}")
    say(f"{_figures_of(before, after)}\n")
    if after == before:
        say(f"{shown} names this already: nothing to do.")
        return
    with errors_in_words("write the lock", str(shown)):
        _replace_lock(after, path)
    say(f"{shown} now names {called(after)}.")
    say(f"It is live with the next deploy: review `git diff {shown}`, commit it, then "
        f"python spaces/deploy.py {task} --to OWNER/NAME")  # fmt: skip


def fetch(repository: Repository, commit: str) -> Path:
    """The folder of all files of a commit, each checked against the hash that the Hub gives.

    Args:
        repository: where.
        commit: 40 hex digits.

    Raises:
        PublishError: the Hub does not give them, or what arrives is not what it has.
    """
    there = remote_files(repository, commit)
    if EVALUATION_FILE not in there:
        raise PublishError(f"{repository} at {commit[:12]} holds no checkpoint: name another.")
    say(f"Fetching {repository} at {commit[:12]}: {len(there)} files ...")
    folder = Path(
        request(
            lambda: repository.api.snapshot_download(repository.name, revision=commit),
            "fetch the files", repository,
        )
    )  # fmt: skip
    for name in _damaged(folder, there):
        _fetch_again(repository, commit, name)
    if damaged := _damaged(folder, there):
        raise PublishError(
            f"{damaged[0]} does not arrive as {repository} has it at {commit[:12]}: its hash is "
            "another. Check the connection and the disk, then run the same command again."
        )
    return folder


def _damaged(folder: Path, there: Mapping[str, RepoFile]) -> list[str]:
    """Files that are missing here, or are not what the Hub has."""
    here = {name: folder / name for name in there if (folder / name).is_file()}
    return [change.path for change in changes(here, there)]


def _fetch_again(repository: Repository, commit: str, name: str) -> None:
    """Fetch a file past the cache."""
    say(f"{name} is damaged in the cache or was on the way. Fetching it again ...")
    request(
        lambda: repository.api.hf_hub_download(
            repository.name, name, revision=commit, force_download=True
        ),
        f"fetch {name}", repository,
    )  # fmt: skip


def _replace_lock(lock: Lock, path: Path) -> None:
    """Write a lock in one step: whoever reads it meanwhile sees the old one or the new one."""
    beside = path.with_name(f".{path.name}.new")
    try:
        write_lock(lock, beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _figures_of(before: Lock, after: Lock) -> str:
    """The headline figures of what is live and of what will be."""
    was = {row["name"]: row for row in before.headline}
    will_be = {row["name"]: row for row in after.headline}
    labels = {row["name"]: row["label"] for row in [*before.headline, *after.headline]}
    width = max((len(label) for label in labels.values()), default=0)
    lines = [
        f"  {label:{width}}  {figure(was.get(name)):24}  ->  {figure(will_be.get(name))}"
        for name, label in labels.items()
    ]
    return "\n".join(lines)


def _called(lock: Lock, repository: Repository, known: tuple[Version, ...]) -> str:
    """What a lock names, with its version if it is one of this repository."""
    version = version_at(known, str(lock.commit)) if lock.repository == repository.name else None
    words = live.words_for(lock)
    return f"{version.name} of {words}" if version else words


def promote_revision(task: str, revision: str, named: str | None) -> None:
    """Let a Space's lock name a version, which a person typed.

    Raises:
        CheckpointError, PublishError: it cannot be made live, and why.
    """
    repository = live.repository_of(live.lock_of_task(task), named)
    promote(task, repository, resolve(repository, revision))


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = parser_for_a_space(__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--revision", help="a version (v3) or a commit")
    which.add_argument("--bundled", action="store_true", help="what comes with the Space")
    add_repository(parser, "the first time, or for another repository than the lock's")
    chosen = parser.parse_args(arguments)
    if chosen.bundled and chosen.repo:
        parser.error("--bundled is of no repository: leave --repo out")
    if chosen.bundled:
        run(lambda: promote_bundled(chosen.task), LIMIT)
    else:
        run(lambda: promote_revision(chosen.task, chosen.revision, chosen.repo), LIMIT)
