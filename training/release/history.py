"""Which versions there are: `python -m training.history loan`.

With their dates and figures, which one is live, and which is the newest.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.checkpoint.contract import EVALUATION_FILE
from shared.checkpoint.lock import Lock
from shared.errors import PublishError
from training.release.commits import file_at, head_of, remote_files
from training.release.gate import figure
from training.release.hub import Repository, add_repository, parser_for_a_space, request, run, say
from training.release.live import lock_of_task, repository_of
from training.release.versions import Version, version_at, versions

LIMIT = 300.0  # seconds


@dataclass(frozen=True)
class History:
    """What a repository holds.

    Attributes:
        repository: which one.
        versions: oldest first.
        head: the newest commit.
        dates: of commits of the main branch.
        headlines: the figures of each version, by its commit; empty where it has none.
    """

    repository: Repository
    versions: tuple[Version, ...]
    head: str
    dates: dict[str, datetime]
    headlines: dict[str, list[dict[str, Any]]]


def read_history(repository: Repository) -> History:
    """Ask the Hub for all versions.

    Raises:
        PublishError: it cannot be asked, or there is no such repository.
    """
    head = head_of(repository)
    if head is None:
        raise PublishError(
            f"There is no {repository}, or the token may not see it. Name another: --repo."
        )
    known = versions(repository)
    commits = request(
        lambda: repository.api.list_repo_commits(repository.name), "list the commits", repository
    )
    dates = {commit.commit_id: commit.created_at for commit in commits}
    headlines = {version.commit: _headline(repository, version.commit) for version in known}
    return History(repository, known, head.commit, dates, headlines)


def _headline(repository: Repository, commit: str) -> list[dict[str, Any]]:
    """The headline figures at a commit; empty where it has no evaluation that can be read."""
    if EVALUATION_FILE not in remote_files(repository, commit):
        return []
    try:
        record = json.loads(file_at(repository, commit, EVALUATION_FILE))
        rows: list[dict[str, Any]] = record["headline"]
    except (ValueError, KeyError, TypeError):
        return []
    return rows


def told(history: History, lock: Lock) -> str:
    """Versions, newest first, for a person to read.

    Args:
        history: of a repository.
        lock: of the Space.
    """
    live = lock.commit if lock.repository == history.repository.name else None
    blocks = [_block(history, version, live) for version in reversed(history.versions)]
    notes = _notes(history, lock, live)
    return "\n\n".join([f"Versions of {history.repository}:", *blocks, *notes])


def _block(history: History, version: Version, live: str | None) -> str:
    """A version: its commit, its date, its figures."""
    marks = ["live"] if version.commit == live else []
    marks += ["newest"] if version == history.versions[-1] else []
    when = history.dates.get(version.commit)
    date = f"{when:%Y-%m-%d %H:%M} UTC" if when else "not on the main branch"
    head = f"{version.name}  {date}  {version.commit}  {', '.join(marks)}".rstrip()
    rows = history.headlines[version.commit]
    width = max((len(row["label"]) for row in rows), default=0)
    lines = [f"    {row['label']:{width}}  {figure(row)}" for row in rows]
    return "\n".join([head, *(lines or ["    no figures that can be read"])])


def _notes(history: History, lock: Lock, live: str | None) -> list[str]:
    """What the list does not say."""
    notes = []
    if not history.versions:
        notes.append("There is no version yet.")
    if lock.repository is None:
        notes.append("None is live: the Space answers with its bundled checkpoint.")
    elif live is None:
        notes.append(f"None is live: the Space's lock names {lock.repository}.")
    elif version_at(history.versions, live) is None:
        notes.append(f"Live is commit {live}, which has no version.")
    if version_at(history.versions, history.head) is None and len(history.dates) > 1:
        notes.append(
            f"The newest commit, {history.head}, has no version: a push was broken off, or "
            "somebody changed files by hand. The same push again tags it, or promote it by its "
            "commit."
        )
    return notes


def show(task: str, named: str | None) -> None:
    """Print the versions of a model.

    Raises:
        CheckpointError, PublishError: they cannot be had, and why.
    """
    lock = lock_of_task(task)
    say(told(read_history(repository_of(lock, named)), lock))


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = parser_for_a_space(__doc__)
    add_repository(parser, "another repository than the lock's")
    chosen = parser.parse_args(arguments)
    run(lambda: show(chosen.task, chosen.repo), LIMIT)
