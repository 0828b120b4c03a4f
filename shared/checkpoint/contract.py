"""What a checkpoint folder must hold, and the hashes that say it is the one that was locked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from shared.errors import CheckpointError

EVALUATION_FILE = "evaluation.json"
REQUIRED = (
    "README.md",
    "config.json",
    "decision.json",
    EVALUATION_FILE,
    "gate.safetensors",
    "model.onnx",
    "model.safetensors",
    "examples/examples.json",
)
SCHEMA = 1
CHUNK = 2**20


def list_files(folder: Path) -> list[str]:
    """All files of a checkpoint as paths with slashes, sorted; hidden ones are left out."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(p.as_posix() for p in found if not any(part[0] == "." for part in p.parts))


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


def check_complete(folder: Path) -> None:
    """Refuse a folder that lacks a part of the contract.

    Raises:
        CheckpointError: the folder or a file is missing, or evaluation.json has another schema.
    """
    if not folder.is_dir():
        raise CheckpointError(f"There is no checkpoint folder {folder.name!r}.")
    missing = [name for name in REQUIRED if not (folder / name).is_file()]
    if missing:
        raise CheckpointError(f"The checkpoint lacks {', '.join(missing)}. Export it again.")
    check_schema(folder / EVALUATION_FILE)


def check_schema(path: Path) -> None:
    """Refuse a recorded evaluation that this code does not understand."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["schema"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path.name} cannot be read: {error!r}. Evaluate again.") from error
    if found != SCHEMA:
        raise CheckpointError(
            f"{path.name} has schema {found!r}; this code reads schema {SCHEMA}. Evaluate again."
        )


def check_hashes(folder: Path, expected: Mapping[str, str]) -> None:
    """Refuse a folder whose files are not those of the lock.

    Args:
        folder: a checkpoint.
        expected: sha256 by file.

    Raises:
        CheckpointError: a file is missing or has another hash; the first one is named.
    """
    for name in sorted(expected):
        path = folder / name
        if not path.is_file():
            raise CheckpointError(f"{name} is missing from the checkpoint.")
        found = hash_file(path)
        if found != expected[name]:
            raise CheckpointError(
                f"{name} is not the locked file: its sha256 is {found[:12]}..., "
                f"the lock says {expected[name][:12]}...."
            )
