"""Which rows of a table name the same applicant, without keeping the table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

MOST_NAMED = 3
MOST_CHARACTERS = 60  # of an id in the sentence


class SeenIds:
    """The ids of a table, chunk by chunk: eight bytes each, and their names as one text."""

    def __init__(self) -> None:
        self._hashes: list[np.ndarray] = []
        self._names: list[str] = []

    def add(self, ids: Sequence[str]) -> None:
        """Count the ids of some rows; empty ones name nobody."""
        names = [name for name in map(str.strip, ids) if name]
        self._hashes.append(np.fromiter(map(hash, names), np.int64, len(names)))
        if "\n" in "".join(names) or max(map(len, names), default=0) > MOST_CHARACTERS:
            names = [name.replace("\n", " ")[:MOST_CHARACTERS] for name in names]
        self._names.append("\n".join(names))

    def sentence(self, column: str) -> str | None:
        """Which ids stand more than once, and how often; None where each stands once.

        Args:
            column: the name of the column.
        """
        hashes = np.concatenate([np.empty(0, np.int64), *self._hashes])
        _, first, counts = np.unique(hashes, return_index=True, return_counts=True)
        order = np.lexsort((first, -counts))
        order = order[counts[order] > 1]
        if not len(order):
            return None
        named = [
            f"{self._name(int(first[k]))} stands {counts[k]} times" for k in order[:MOST_NAMED]
        ]
        more = len(order) - len(named)
        rest = f" {more:,} more stand more than once." if more else ""
        return f"{column}: {', '.join(named)}.{rest} Each row was answered by itself."

    def _name(self, at: int) -> str:
        for hashes, names in zip(self._hashes, self._names, strict=True):
            if at < len(hashes):
                return names.split("\n")[at]
            at -= len(hashes)
        raise IndexError(at)
