"""Lock a Space to a checkpoint folder: `python -m training.lock spaces/tumor/checkpoint`.

What it is a checkpoint for stands in its evaluation.json.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from shared.checkpoint.lock import LOCK_FILE, lock_of, write_lock


def main() -> None:
    """Write checkpoint.json beside the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    target = folder.parent / LOCK_FILE
    lock = lock_of(folder)
    write_lock(lock, target)
    print(f"{target}: {lock.task}, {len(lock.files)} files, {len(lock.headline)} headline figures")


if __name__ == "__main__":
    main()
