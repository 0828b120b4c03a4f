"""Answers for the rows of each fold, one file a fold: what was broken off goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

Fold = NDArray[np.int64]


def answer_each(
    folds: Sequence[Fold], answer: Callable[[int, Fold], dict[str, Any]], parts: Path, words: str
) -> list[dict[str, Any]]:
    """Answer all folds; those that were answered before are read.

    Args:
        folds: the rows of each.
        answer: from the number of a fold and its rows to what JSON can hold.
        parts: folder for the files; its name must change with all that the answers depend on.
        words: what the progress is of.
    """
    parts.mkdir(parents=True, exist_ok=True)
    answered = []
    for number, rows in enumerate(tqdm(folds, desc=words, unit="fold")):
        path = parts / f"{number:03}.json"
        if not path.exists():
            _write_whole(path, answer(number, rows))
        answered.append(json.loads(path.read_text(encoding="utf-8")))
    return answered


def _write_whole(path: Path, content: dict[str, Any]) -> None:
    """A file that is there is whole: a kill while writing leaves a part under another name."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content), encoding="utf-8")
    part.replace(path)
