"""The outer folds, and their answers: which rows are answered by models made from all others.

A fold that was answered is a file of its own, so what was broken off goes on.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import RepeatedStratifiedKFold
from tqdm import tqdm

from shared.errors import InputError

Fold = NDArray[np.int64]  # numbers of the rows to answer
FOLDS, REPEATS = 10, 3


def folds_of(
    approved: NDArray[np.int64], seed: int, folds: int = FOLDS, repeats: int = REPEATS
) -> list[Fold]:
    """The test rows of each outer fold, stratified: so many folds, so many times over.

    Raises:
        InputError: not every fold would hold a row of either class, or nothing would be repeated.
    """
    rarer = int(np.bincount(approved, minlength=2).min())
    if not 2 <= folds <= rarer:
        raise InputError(
            f"{folds} folds cannot be made: 2 are the fewest, and {rarer}, as many as the rarer "
            "class has rows, the most."
        )
    if repeats < 1:
        raise InputError(f"{repeats} repeats answer nothing. Give 1 or more.")
    outer = RepeatedStratifiedKFold(n_splits=folds, n_repeats=repeats, random_state=seed)
    return [test for _, test in outer.split(approved[:, None], approved)]


def asked_folds(
    asked: str, repeats: int | None, approved: NDArray[np.int64], seed: int
) -> list[Fold]:
    """The folds that a command line asks for.

    Args:
        asked: how many, or the name of a file with folds of one's own.
        repeats: how many times over; None for `REPEATS`, and for folds of one's own.
        approved: (N,) 0 or 1.
        seed: of the folds.

    Raises:
        InputError: such folds cannot be made, or folds of one's own are to be repeated.
        SystemExit: the file is not one of folds.
    """
    if asked.isdecimal():
        return folds_of(approved, seed, int(asked), REPEATS if repeats is None else repeats)
    if repeats is not None:
        raise InputError("Folds of your own say what is repeated. Leave out --repeats.")
    return read_folds(Path(asked), len(approved))


def read_folds(path: Path, rows: int) -> list[Fold]:
    """Folds of somebody's own.

    Args:
        path: JSON, a list of lists of row numbers.
        rows: of the data.

    Raises:
        SystemExit: it holds something else, a row that is not there, a row twice in a list, or a
            list that leaves no row to learn from.
    """
    try:
        folds = [np.array(numbers) for numbers in json.loads(path.read_text("utf-8"))]
        sound = bool(folds) and all(_is_fold(fold, rows) for fold in folds)
    except (ValueError, TypeError):
        sound = False
    if not sound:
        raise SystemExit(
            f"{path} must hold lists of row numbers from 0 to {rows - 1}, none twice in a list and "
            "none with all rows."
        )
    return folds


def _is_fold(fold: NDArray[np.generic], rows: int) -> bool:
    if fold.dtype.kind != "i" or fold.ndim != 1 or not 0 < len(fold) < rows:
        return False
    return len(np.unique(fold)) == len(fold) and fold.min() >= 0 and fold.max() < rows


def answer_each(
    folds: Sequence[Fold], answer: Callable[[int, Fold], dict[str, Any]], parts: Path, title: str
) -> list[dict[str, Any]]:
    """Answer all folds; those that were answered before are read.

    Args:
        folds: the rows of each.
        answer: from the number of a fold and its rows to what JSON can hold.
        parts: folder for the files; its name must change with all that the answers depend on.
        title: of the progress.
    """
    parts.mkdir(parents=True, exist_ok=True)
    answered = []
    for number, rows in enumerate(tqdm(folds, desc=title, unit="fold")):
        path = parts / f"{number:03}.json"
        if not path.exists():
            # A file that is there is whole: a kill while writing leaves a part under another name.
            unfinished = path.with_suffix(".part")
            unfinished.write_text(json.dumps(answer(number, rows)), encoding="utf-8")
            unfinished.replace(path)
        answered.append(json.loads(path.read_text(encoding="utf-8")))
    return answered
