"""Which rows of a table name the same applicant, without keeping the table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MOST_CHARACTERS = 60  # of an id that is named


class SeenIds:
    """The ids of a table, chunk by chunk: eight bytes each, and their names as one text."""

    def __init__(self) -> None:
        self._hashes: list[NDArray[np.int64]] = []
        self._names: list[str] = []

    def add(self, ids: Sequence[str]) -> None:
        """Count the ids of some rows; empty ones name nobody."""
        names = [name for name in map(str.strip, ids) if name]
        self._hashes.append(np.fromiter(map(hash, names), np.int64, len(names)))
        if "\n" in "".join(names) or max(map(len, names), default=0) > MOST_CHARACTERS:
            names = [name.replace("\n", " ")[:MOST_CHARACTERS] for name in names]
        self._names.append("\n".join(names))

    def repeated(self, most: int) -> dict[str, int]:
        """The ids that stand more than once, and how often; the most frequent first.

        Ask once, at the end: all ids are sorted for it.

        Args:
            most: so many ids at most.
        """
        hashes = np.concatenate([np.empty(0, np.int64), *self._hashes])
        _, first, counts = np.unique(hashes, return_index=True, return_counts=True)
        order = np.lexsort((first, -counts))
        order = order[counts[order] > 1][:most]
        return {self._name(int(first[k])): int(counts[k]) for k in order}

    def _name(self, at: int) -> str:
        for hashes, names in zip(self._hashes, self._names, strict=True):
            if at < len(hashes):
                return names.split("\n")[at]
            at -= len(hashes)
        raise IndexError(at)
