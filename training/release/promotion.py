"""Make a published version live: fetch it, check it, write the lock."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi

from shared.checkpoint.lock import Lock, lock_of, read_lock, write_lock
from shared.errors import CheckpointError
from training.hub.errors import Say, plainly
from training.hub.versions import Version, version_at, versions
from training.release.examples_answered import check_answers
from training.release.fetch import fetch
from training.release.spaces import ROOT, lock_path, words_for


def promote(api: HfApi, task: str, repository: str, commit: str, say: Say) -> None:
    """Let a Space's lock name a commit, once every file of it has been tried.

    Args:
        api: of the Hub.
        task: whose Space.
        repository: "owner/name".
        commit: 40 hex digits.
        say: is told of each stage and each wait.

    Raises:
        CheckpointError, PublishError: it cannot be had or is not sound; the lock is as it was.
    """
    path = lock_path(task)
    before = read_lock(path)
    folder = fetch(api, repository, commit, say)
    say("Checking every hash, opening the model, answering its examples ...")
    found = check_answers(folder)
    if found != task:
        raise CheckpointError(f"{repository} is a {found} model, not a {task} model. Name another.")
    after = lock_of(folder, repository=repository, commit=commit)
    known = versions(api, repository, say)
    say(f"\n{called(before, repository, known)}  ->  {called(after, repository, known)}")
    say(f"{what_changes(before, after)}\n")
    where = path.relative_to(ROOT)
    if after == before:
        say(f"{where} names this commit already: nothing to do.")
        return
    with plainly("write the lock", str(where)):
        replace_lock(after, path)
    say(f"{where} now names {called(after, repository, known)}.")
    say(f"It is live with the next deploy: review `git diff {where}`, commit it, then "
        f"python spaces/deploy.py {task} --to OWNER/NAME")  # fmt: skip


def replace_lock(lock: Lock, path: Path) -> None:
    """Write a lock in one step: whoever reads it meanwhile sees the old one or the new one."""
    beside = path.with_name(f".{path.name}.new")
    try:
        write_lock(lock, beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def what_changes(before: Lock, after: Lock) -> str:
    """The headline figures of what is live and of what will be."""
    rows = {row["name"]: row for row in before.headline}
    labels = {row["name"]: row["label"] for row in [*before.headline, *after.headline]}
    now = {row["name"]: row for row in after.headline}
    width = max((len(label) for label in labels.values()), default=0)
    lines = [
        f"  {label:{width}}  {figure(rows.get(name)):24}  ->  {figure(now.get(name))}"
        for name, label in labels.items()
    ]
    return "\n".join(lines)


def called(lock: Lock, repository: str, known: tuple[Version, ...]) -> str:
    """What a lock names, with its version if it is one of this repository."""
    version = version_at(known, str(lock.commit)) if lock.repository == repository else None
    return f"{version.name} of {words_for(lock)}" if version else words_for(lock)


def figure(row: dict[str, Any] | None) -> str:
    """A figure with its interval; a dash where there is none."""
    if row is None:
        return "-"
    return f"{row['value']:.3f} ({row['low']:.3f} to {row['high']:.3f})"
