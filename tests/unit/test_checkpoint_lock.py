"""The contract of a checkpoint folder, and the lock file that pins one."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from small_checkpoint import COMMIT, HEADLINE, REPOSITORY, write_checkpoint

from shared.checkpoint.contract import (
    REQUIRED,
    SCHEMA,
    check_complete,
    check_hashes,
    check_measured,
    digest_of,
    hash_folder,
    list_files,
)
from shared.checkpoint.lock import LOCK_FILE, lock_of, read_lock, write_lock
from shared.errors import CheckpointError

TASK = "tumor"
EACH_FILE = [(task, name) for task in REQUIRED for name in REQUIRED[task]]


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return write_checkpoint(tmp_path / "checkpoint")


def test_files_are_listed_with_folders_and_without_hidden_ones(checkpoint: Path) -> None:
    (checkpoint / ".cache").mkdir()
    (checkpoint / ".cache" / "x").touch()
    (checkpoint / ".hidden").touch()
    assert list_files(checkpoint) == sorted(REQUIRED[TASK])


def test_the_digest_is_of_names_and_contents() -> None:
    by_hand = hashlib.sha256(b"a 1\nb 2\n").hexdigest()
    assert digest_of({"b": "2", "a": "1"}) == by_hand
    assert digest_of({"a": "2", "b": "1"}) != by_hand


@pytest.mark.parametrize(("task", "name"), EACH_FILE)
def test_a_missing_file_is_named(tmp_path: Path, task: str, name: str) -> None:
    checkpoint = write_checkpoint(tmp_path / "checkpoint", task=task)
    check_complete(checkpoint, task)
    (checkpoint / name).unlink()
    with pytest.raises(CheckpointError, match=name):
        check_complete(checkpoint, task)


@pytest.mark.parametrize("task", ["loan", None, "weather", 5, []])
def test_an_evaluation_of_another_task_is_refused_by_name(checkpoint: Path, task: Any) -> None:
    record = json.dumps({"schema": SCHEMA, "task": task})
    (checkpoint / "evaluation.json").write_text(record, encoding="utf-8")
    with pytest.raises(CheckpointError) as caught:
        check_complete(checkpoint, TASK)
    assert "evaluation.json" in str(caught.value)
    assert repr(task) in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 0}', '{"schema": "1"}'])
def test_an_evaluation_of_another_schema_is_refused_by_name(checkpoint: Path, text: str) -> None:
    (checkpoint / "evaluation.json").write_text(text, encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"evaluation\.json"):
        check_complete(checkpoint, TASK)


def test_one_changed_byte_is_refused_by_name(checkpoint: Path) -> None:
    locked = hash_folder(checkpoint)
    check_hashes(checkpoint, locked)
    content = bytearray((checkpoint / "model.onnx").read_bytes())
    content[0] ^= 1
    (checkpoint / "model.onnx").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"model\.onnx is not the locked file"):
        check_hashes(checkpoint, locked)


def test_a_lock_is_read_as_it_was_written(checkpoint: Path, tmp_path: Path) -> None:
    lock = lock_of(checkpoint, repository=REPOSITORY, commit=COMMIT)
    write_lock(lock, tmp_path / LOCK_FILE)
    assert read_lock(tmp_path / LOCK_FILE) == lock
    assert lock.headline == [HEADLINE]
    assert sorted(lock.files) == sorted(REQUIRED[TASK])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"schema": 2}, "schema"),
        ({"commit": None}, "repository without a commit"),
        ({"repository": None}, "the reverse"),
        ({"commit": "main"}, "'main' is not a commit"),
        ({"repository": "tumor"}, "OWNER/NAME"),
        ({"files": {}}, r"no sha256 of README\.md"),
        ({"surprise": 1}, "surprise"),
        ({"task": "weather"}, "task 'weather'"),
        ({"task": "loan"}, r"no sha256 of ml\.skops"),
    ],
)
def test_a_lock_with_a_fault_says_which(
    checkpoint: Path, tmp_path: Path, change: dict[str, Any], fault: str
) -> None:
    path = tmp_path / LOCK_FILE
    write_lock(lock_of(checkpoint, repository=REPOSITORY, commit=COMMIT), path)
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(CheckpointError, match=fault):
        read_lock(path)


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "examples/../../outside"])
def test_a_lock_cannot_name_a_file_outside(checkpoint: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / LOCK_FILE
    write_lock(lock_of(checkpoint), path)
    recorded = json.loads(path.read_text("utf-8"))
    recorded["files"][name] = "0" * 64
    path.write_text(json.dumps(recorded), "utf-8")
    with pytest.raises(CheckpointError, match="outside the checkpoint"):
        read_lock(path)


@pytest.mark.parametrize("task", REQUIRED)
def test_the_command_locks_the_folder_beside_it(tmp_path: Path, task: str) -> None:
    checkpoint = write_checkpoint(tmp_path / "checkpoint", task=task)
    subprocess.run([sys.executable, "-m", "training.lock", str(checkpoint)], check=True)
    lock = read_lock(checkpoint.parent / LOCK_FILE)
    assert (lock.task, lock.repository) == (task, None)
    assert lock.files == hash_folder(checkpoint)


@pytest.mark.parametrize("task", REQUIRED)
def test_the_command_leaves_a_lock_that_names_a_published_model(tmp_path: Path, task: str) -> None:
    checkpoint = write_checkpoint(tmp_path / "checkpoint", task=task)
    path = tmp_path / LOCK_FILE
    write_lock(lock_of(checkpoint, repository=REPOSITORY, commit=COMMIT), path)
    before = path.read_bytes()
    write_checkpoint(checkpoint, "trained again", task)
    command = [sys.executable, "-m", "training.lock", str(checkpoint)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert path.read_bytes() == before
    assert REPOSITORY in done.stdout
    assert f"training.promote {task}" in done.stdout


def test_a_lock_of_an_older_contract_is_written_anew(checkpoint: Path) -> None:
    path = checkpoint.parent / LOCK_FILE
    write_lock(lock_of(checkpoint), path)
    old = json.loads(path.read_text("utf-8"))
    del old["files"]["draws.safetensors"]
    path.write_text(json.dumps(old), "utf-8")
    with pytest.raises(CheckpointError, match=r"no sha256 of draws\.safetensors"):
        read_lock(path)
    subprocess.run([sys.executable, "-m", "training.lock", str(checkpoint)], check=True)
    assert read_lock(path).files == hash_folder(checkpoint)


@pytest.mark.parametrize("task", REQUIRED)
def test_what_was_measured_is_what_lies_there(tmp_path: Path, task: str) -> None:
    checkpoint = write_checkpoint(tmp_path / "checkpoint", task=task)
    check_measured(checkpoint)
    for name in ("README.md", "examples/examples.json"):  # no answer depends on these
        (checkpoint / name).write_text("another", encoding="utf-8")
    check_measured(checkpoint)


@pytest.mark.parametrize(
    ("task", "name"),
    [
        *(("tumor", n) for n in ("gate.safetensors", "model.onnx", "model.safetensors")),
        *(("loan", n) for n in ("ml.skops", "ml.onnx", "ann.safetensors")),
        ("loan", "population.safetensors"),
        *((task, n) for task in REQUIRED for n in ("config.json", "decision.json")),
        *((task, "draws.safetensors") for task in REQUIRED),
    ],
)
def test_a_file_that_was_not_measured_is_refused_by_name(
    tmp_path: Path, task: str, name: str
) -> None:
    checkpoint = write_checkpoint(tmp_path / "checkpoint", task=task)
    (checkpoint / name).write_text("another", encoding="utf-8")
    with pytest.raises(CheckpointError, match=f"{name} is not the file that was measured"):
        check_measured(checkpoint)
    (checkpoint / name).unlink()
    with pytest.raises(CheckpointError, match=f"{name} is missing"):
        check_measured(checkpoint)


def test_a_record_without_hashes_is_refused(checkpoint: Path) -> None:
    record = {"schema": SCHEMA, "task": TASK, "measured": {"model.onnx": "0"}}
    (checkpoint / "evaluation.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"config\.json, decision\.json, draws\.safetensors"):
        check_measured(checkpoint)
