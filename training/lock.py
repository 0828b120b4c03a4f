"""Lock a Space to a checkpoint folder: `python -m training.lock spaces/tumor/checkpoint`.

What it is a checkpoint for stands in its evaluation.json. A lock that names a published model is
left as it is: it is not of this folder, and promoting a version is what changes it.
"""

import argparse
import json
from pathlib import Path

from shared.checkpoint.lock import LOCK_FILE, lock_of, write_lock


def published(target: Path) -> str | None:
    """The repository that a lock names; None where it locks a bundled checkpoint or is not a lock.

    A lock of an older contract counts as well, so nothing else of it is checked.
    """
    try:
        recorded = json.loads(target.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return recorded.get("repository") if isinstance(recorded, dict) else None


def lock_beside(folder: Path) -> str:
    """Write checkpoint.json beside a folder, unless it names a published model.

    Returns:
        What was done, in words.

    Raises:
        CheckpointError: the folder lacks a part of the contract.
    """
    target, lock = folder.parent / LOCK_FILE, lock_of(folder)
    if repository := published(target):
        return (
            f"{target} is left as it is: it names {repository}. To run {folder.name} instead, push "
            f"it and promote it: python -m training.promote {lock.task}"
        )
    write_lock(lock, target)
    return f"{target}: {lock.task}, {len(lock.files)} files, {len(lock.headline)} headline figures"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    print(lock_beside(parser.parse_args().folder))


if __name__ == "__main__":
    main()
