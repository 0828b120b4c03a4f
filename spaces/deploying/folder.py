"""What a Space shall hold on the Hub."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploying.code_source import SOURCE_FILE
from shared.checkpoint.lock import LOCK_FILE, Lock, read_lock


@dataclass(frozen=True)
class Folder:
    """What shall be on the Hub.

    Attributes:
        name: of the Space in this repository.
        files: where each file lies, by its path in the Space.
        title: of the commit.
        description: of the commit.
    """

    name: str
    files: Mapping[str, Path]
    title: str
    description: str = ""

    @property
    def lock(self) -> Lock:
        """Which model it runs."""
        return read_lock(self.files[LOCK_FILE])

    @property
    def source(self) -> list[str]:
        """The lines of SOURCE: the commit, and whether there were uncommitted changes."""
        return self.files[SOURCE_FILE].read_text(encoding="utf-8").splitlines()
