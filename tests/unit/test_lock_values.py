"""A lock with a value of another type, or no lock at all, is refused like any other fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shared.checkpoint.contract import REQUIRED
from shared.checkpoint.lock import LOCK_FILE, read_lock
from shared.errors import CheckpointError

FILES = dict.fromkeys(REQUIRED["tumor"], "0" * 64)
COMMIT = "0123456789" * 4


def recorded(folder: Path, **changes: Any) -> Path:
    """A lock of the bundled checkpoint as it lies on disk, with some values changed."""
    path = folder / LOCK_FILE
    sound = {"schema": 1, "task": "tumor", "files": FILES, "headline": []}
    sound |= {"repository": None, "commit": None}
    path.write_text(json.dumps(sound | changes), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"repository": 5, "commit": COMMIT}, "5"),
        ({"repository": "owner/name", "commit": 7}, "7"),
        ({"task": None}, "None"),
        ({"task": ["tumor"]}, "['tumor']"),
        ({"files": []}, "model.onnx"),
        ({"files": FILES | {"model.onnx": "0" * 63}}, "model.onnx"),
        ({"files": FILES | {"model.onnx": None}}, "model.onnx"),
    ],
)
def test_a_value_of_another_type_is_named(
    tmp_path: Path, changes: dict[str, Any], named: str
) -> None:
    with pytest.raises(CheckpointError) as caught:
        read_lock(recorded(tmp_path, **changes))
    assert LOCK_FILE in str(caught.value)
    assert named in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"text"'])
def test_what_is_no_lock_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / LOCK_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(CheckpointError, match=LOCK_FILE):
        read_lock(tmp_path / LOCK_FILE)
