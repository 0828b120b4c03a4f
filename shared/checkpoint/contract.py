"""What a checkpoint folder must hold, and the hashes that say it is the one that was locked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.errors import CheckpointError

EVALUATION_FILE = "evaluation.json"
EXAMPLES_FILE = "examples/examples.json"
DRAWS_FILE = "draws.safetensors"  # bootstrap values, by which two evaluations are compared
_TOLD = ("README.md", EVALUATION_FILE, EXAMPLES_FILE)  # the answers do not need these
_OF_EVERY_TASK = (*_TOLD, "config.json", "decision.json", DRAWS_FILE)
REQUIRED: dict[str, tuple[str, ...]] = {  # by task
    "tumor": (*_OF_EVERY_TASK, "gate.safetensors", "model.onnx", "model.safetensors"),
    "loan": (*_OF_EVERY_TASK, "ml.skops", "ml.onnx", "ann.safetensors", "population.safetensors"),
}
SCHEMA = 1
CHUNK = 2**20


def list_files(folder: Path) -> list[str]:
    """All files of a checkpoint as paths with slashes, sorted; hidden ones are left out."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(p.as_posix() for p in paths if not any(part[0] == "." for part in p.parts))


def hash_file(path: Path) -> str:
    """sha256 of a file, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def hash_folder(folder: Path) -> dict[str, str]:
    """sha256 of each file of a checkpoint."""
    return {name: hash_file(folder / name) for name in list_files(folder)}


def digest_of(files: Mapping[str, str]) -> str:
    """One sha256 over the names and hashes of all files."""
    lines = (f"{name} {files[name]}\n" for name in sorted(files))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def read_json(path: Path) -> dict[str, Any]:
    """A record of a checkpoint; empty where there is no such file."""
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return record


def read_examples(checkpoint: Path) -> list[dict[str, Any]]:
    """The example inputs that a checkpoint lists, in its order; none where it has no list.

    Args:
        checkpoint: its folder. Files that an entry names lie beside the list.
    """
    path = checkpoint / EXAMPLES_FILE
    examples: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.exists() else []
    return examples


def check_complete(folder: Path, task: str) -> None:
    """Refuse a folder that lacks a part of the contract.

    Args:
        folder: a checkpoint.
        task: what it has to be for, one of `REQUIRED`.

    Raises:
        CheckpointError: the folder or a file is missing, or evaluation.json has another schema or
            is of another task.
    """
    if not folder.is_dir():
        raise CheckpointError(f"There is no checkpoint folder {folder.name!r}.")
    missing = [name for name in REQUIRED[task] if not (folder / name).is_file()]
    if missing:
        raise CheckpointError(f"The checkpoint lacks {', '.join(missing)}. Export it again.")
    own = task_of(folder)
    if own != task:
        raise CheckpointError(
            f"{EVALUATION_FILE} is of the task {own!r}, not {task!r}. Name a {task} checkpoint."
        )


def measured_files(task: str) -> tuple[str, ...]:
    """What an evaluation is of: all that the answers depend on, and the draws beside its figures.

    Args:
        task: one of `REQUIRED`.
    """
    return tuple(sorted(name for name in REQUIRED[task] if name not in _TOLD))


def check_measured(folder: Path) -> None:
    """Refuse a checkpoint whose recorded figures are of other files than lie beside them.

    Raises:
        CheckpointError: `measured` of evaluation.json lacks a file of `measured_files`, or a file
            is missing or another one; it is named.
    """
    names = measured_files(task_of(folder))
    measured = read_json(folder / EVALUATION_FILE).get("measured")
    recorded = measured if isinstance(measured, dict) else {}
    if missing := [name for name in names if name not in recorded]:
        raise CheckpointError(
            f"{EVALUATION_FILE} does not say which {', '.join(missing)} it measured. "
            "Evaluate again."
        )
    wanted = {name: str(recorded[name]) for name in names}
    _check_files(folder, wanted, "the file that was measured", EVALUATION_FILE, " Evaluate again.")


def task_of(folder: Path) -> str:
    """What a checkpoint is for, as its recorded evaluation says.

    Raises:
        CheckpointError: there is no evaluation that this code understands.
    """
    path = folder / EVALUATION_FILE
    try:
        recorded = json.loads(path.read_text(encoding="utf-8"))
        schema, task = recorded["schema"], recorded.get("task")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path.name} cannot be read: {error!r}. Evaluate again.") from error
    if schema != SCHEMA:
        raise CheckpointError(
            f"{path.name} has schema {schema!r}; this code reads schema {SCHEMA}. Evaluate again."
        )
    check_task(task, path.name)
    return str(task)


def check_task(task: Any, file: str) -> None:
    """Refuse what is not a task; `file` is where it stands."""
    if not isinstance(task, str) or task not in REQUIRED:
        known = ", ".join(REQUIRED)
        raise CheckpointError(f"{file} is of the task {task!r}; this code knows {known}.")


def check_hashes(folder: Path, expected: Mapping[str, str]) -> None:
    """Refuse a folder whose files are not those of the lock.

    Args:
        folder: a checkpoint.
        expected: sha256 by file.

    Raises:
        CheckpointError: a file is missing or has another hash; the first one is named.
    """
    _check_files(folder, expected, "the locked file", "the lock")


def _check_files(
    folder: Path, expected: Mapping[str, str], what: str, source: str, advice: str = ""
) -> None:
    for name in sorted(expected):
        path = folder / name
        if not path.is_file():
            raise CheckpointError(f"{name} is missing from the checkpoint.")
        digest = hash_file(path)
        if digest != expected[name]:
            raise CheckpointError(
                f"{name} is not {what}: its sha256 is {digest[:12]}..., "
                f"{source} says {expected[name][:12]}....{advice}"
            )
