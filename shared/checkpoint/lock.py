"""`checkpoint.json`, the lock file of a Space: which model it runs, to the byte."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from shared.checkpoint.contract import (
    EVALUATION_FILE,
    REQUIRED,
    SCHEMA,
    check_complete,
    check_task,
    hash_folder,
    read_json,
    task_of,
)
from shared.errors import CheckpointError

LOCK_FILE = "checkpoint.json"
COMMIT = re.compile(r"[0-9a-f]{40}")
SHA256 = re.compile(r"[0-9a-f]{64}")
REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True)
class Lock:
    """A Space's lock.

    Attributes:
        task: what the checkpoint is for, one of `REQUIRED`.
        repository: "owner/name" on the Hub; None until a model has been published, which locks the
            bundled checkpoint.
        commit: 40 hex digits; None without a repository. There is no "latest".
        files: sha256 of every file of the checkpoint.
        headline: the figures that a reviewer of a promotion looks at, from evaluation.json.
    """

    task: str
    repository: str | None
    commit: str | None
    files: dict[str, str]
    headline: list[dict[str, Any]] = field(default_factory=list)


def read_lock(path: Path) -> Lock:
    """Read and check a lock.

    Raises:
        CheckpointError: no such file, not JSON, another schema, or a value that cannot be right.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path.name} cannot be used: {error!r}.") from error
    return parse_lock(text, path.name)


def parse_lock(text: str, name: str) -> Lock:
    """Check the text of a lock.

    Args:
        text: of the file, as it is or as it was at a commit.
        name: of the file, for messages.

    Raises:
        CheckpointError: as for `read_lock`.
    """
    try:
        recorded = json.loads(text)
        if recorded.pop("schema") != SCHEMA:
            raise ValueError(f"another schema than {SCHEMA}")
        lock = Lock(**recorded)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"{name} cannot be used: {error!r}.") from error
    _check(lock)
    return lock


def _check(lock: Lock) -> None:
    check_task(lock.task, LOCK_FILE)
    if (lock.repository is None) != (lock.commit is None):
        raise CheckpointError(
            f"{LOCK_FILE} names a repository without a commit, or the reverse. Lock both."
        )
    if lock.repository is not None and not _is(REPOSITORY, lock.repository):
        raise CheckpointError(f"{LOCK_FILE}: {lock.repository!r} is not OWNER/NAME.")
    if lock.commit is not None and not _is(COMMIT, lock.commit):
        raise CheckpointError(f"{LOCK_FILE}: {lock.commit!r} is not a commit of 40 hex digits.")
    _check_files(lock.files, REQUIRED[lock.task])


def _check_files(files: Any, required: tuple[str, ...]) -> None:
    # Without this, a lock that names no files would let any checkpoint pass.
    missing = [name for name in required if not isinstance(files, dict) or name not in files]
    if missing:
        raise CheckpointError(
            f"{LOCK_FILE} has no sha256 of {', '.join(missing)}. Lock the folder again."
        )
    for name, digest in files.items():
        if not _is(SHA256, digest):
            raise CheckpointError(f"{LOCK_FILE}: {digest!r} of {name} is not a sha256.")
        if name.startswith("/") or ".." in Path(name).parts:
            raise CheckpointError(f"{LOCK_FILE}: {name!r} lies outside the checkpoint.")


def _is(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def lock_of(folder: Path, *, repository: str | None = None, commit: str | None = None) -> Lock:
    """The lock of a checkpoint folder.

    Args:
        folder: a complete checkpoint.
        repository, commit: where on the Hub it lies; None for the bundled one.

    Raises:
        CheckpointError: the folder lacks a part of the contract.
    """
    task = task_of(folder)
    check_complete(folder, task)
    headline = read_json(folder / EVALUATION_FILE).get("headline", [])
    return Lock(task, repository, commit, hash_folder(folder), headline)


def write_lock(lock: Lock, path: Path) -> None:
    """Write a lock."""
    path.write_text(json.dumps({"schema": SCHEMA, **asdict(lock)}, indent=1) + "\n", "utf-8")
