"""Many slices: one row each, an answer or the reason why there is none."""

from __future__ import annotations

from shared.errors import InputError
from tumor_space.schema import BatchRow
from tumor_space.serving import Served, answer_file, as_prediction

MOST_FILES = 100


def check_count(count: int) -> None:
    """Refuse none and too many.

    Raises:
        InputError: no file, or more than `MOST_FILES`.
    """
    if count == 0:
        raise InputError("No file was sent. Send 1 to 100 slices.")
    if count > MOST_FILES:
        raise InputError(
            f"{count} files were sent; at most {MOST_FILES} are answered at a time. Send fewer."
        )


def answer_row(served: Served, index: int, path: str) -> BatchRow:
    """Answer for one of many; a bad file ends its row, not the rest."""
    try:
        prediction = as_prediction(served, answer_file(served, path, frame=0))
    except InputError as error:
        return {"index": index, "prediction": None, "error": str(error)}
    return {"index": index, "prediction": prediction, "error": None}
