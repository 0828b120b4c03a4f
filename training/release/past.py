"""The versions of a model with their dates and figures, and which of them is live."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi

from shared.checkpoint.contract import EVALUATION_FILE
from shared.checkpoint.lock import Lock
from training.hub.errors import PublishError, Say, patiently
from training.hub.repository import Target, head_of, remote_files
from training.hub.versions import Version, version_at, versions
from training.release.promotion import figure


@dataclass(frozen=True)
class Past:
    """What a repository holds.

    Attributes:
        repository: "owner/name".
        versions: oldest first.
        head: the newest commit.
        dates: of commits of the main branch.
        headlines: the figures of each version, by its commit; empty where it has none.
    """

    repository: str
    versions: tuple[Version, ...]
    head: str
    dates: dict[str, datetime]
    headlines: dict[str, list[dict[str, Any]]]


def read_past(api: HfApi, repository: str, say: Say) -> Past:
    """Ask the Hub for all versions.

    Raises:
        PublishError: it cannot be asked, or there is no such repository.
    """
    head = head_of(api, Target(repository, "model"), say)
    if head is None:
        raise PublishError(
            f"There is no {repository}, or the token may not see it. Name another: --repo."
        )
    known = versions(api, repository, say)
    commits = patiently(
        lambda: api.list_repo_commits(repository), "list the commits", repository, say
    )
    dates = {each.commit_id: each.created_at for each in commits}
    found = {each.commit: headline(api, repository, each.commit, say) for each in known}
    return Past(repository, known, head, dates, found)


def headline(api: HfApi, repository: str, commit: str, say: Say) -> list[dict[str, Any]]:
    """The headline figures at a commit; empty where it has no evaluation that can be read."""
    if EVALUATION_FILE not in remote_files(api, Target(repository, "model"), commit, say):
        return []
    path = patiently(
        lambda: api.hf_hub_download(repository, EVALUATION_FILE, revision=commit),
        "fetch the figures", repository, say,
    )  # fmt: skip
    try:
        found: list[dict[str, Any]] = json.loads(Path(path).read_text("utf-8"))["headline"]
    except (ValueError, KeyError, TypeError):
        return []
    return found


def told(past: Past, lock: Lock) -> str:
    """Versions, newest first, for a person to read.

    Args:
        past: of a repository.
        lock: of the Space.
    """
    here = lock.repository == past.repository
    live = lock.commit if here else None
    blocks = [block(past, each, live) for each in reversed(past.versions)]
    return "\n\n".join([f"Versions of {past.repository}:", *blocks, *notes(past, lock, live)])


def block(past: Past, version: Version, live: str | None) -> str:
    """A version: its commit, its date, its figures."""
    marks = ["live"] if version.commit == live else []
    marks += ["newest"] if version == past.versions[-1] else []
    when = past.dates.get(version.commit)
    date = f"{when:%Y-%m-%d %H:%M} UTC" if when else "not on the main branch"
    head = f"{version.name}  {date}  {version.commit}  {', '.join(marks)}".rstrip()
    rows = past.headlines[version.commit]
    width = max((len(row["label"]) for row in rows), default=0)
    lines = [f"    {row['label']:{width}}  {figure(row)}" for row in rows]
    return "\n".join([head, *(lines or ["    no figures that can be read"])])


def notes(past: Past, lock: Lock, live: str | None) -> list[str]:
    """What the list does not say."""
    found = []
    if not past.versions:
        found.append("There is no version yet.")
    if lock.repository is None:
        found.append("None is live: the Space answers with its bundled checkpoint.")
    elif live is None:
        found.append(f"None is live: the Space's lock names {lock.repository}.")
    elif version_at(past.versions, live) is None:
        found.append(f"Live is commit {live}, which has no version.")
    if version_at(past.versions, past.head) is None and len(past.dates) > 1:
        found.append(
            f"The newest commit, {past.head}, has no version: a push was broken off, or somebody "
            "changed files by hand. The same push again tags it, or promote it by its commit."
        )
    return found
