"""Where a checkpoint comes from without a published model; tests/hub has those with one."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from small_checkpoint import write_checkpoint, write_space

from shared.checkpoint.contract import digest_of, hash_folder
from shared.checkpoint.loading import load_checkpoint
from shared.errors import CheckpointError

VARIABLE = "SOME_CHECKPOINT"


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(VARIABLE, raising=False)
    return write_space(tmp_path / "space")


def test_without_anything_else_the_bundled_one_answers(space: Path) -> None:
    loaded = load_checkpoint(space, variable=VARIABLE, task="tumor")
    assert loaded.source == "bundled"
    assert loaded.folder == space / "checkpoint"
    assert loaded.repository is None
    assert loaded.revision == loaded.sha256 == digest_of(hash_folder(loaded.folder))
    assert "No model has been published" in loaded.why


def test_a_named_folder_comes_first(
    space: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = write_checkpoint(tmp_path / "other", "other")
    monkeypatch.setenv(VARIABLE, str(other))
    loaded = load_checkpoint(space, variable=VARIABLE, task="tumor")
    assert (loaded.source, loaded.folder) == ("folder", other)
    assert VARIABLE in loaded.why


@pytest.mark.parametrize("spoil", ["missing folder", "missing file", "schema", "task"])
def test_a_named_folder_with_a_fault_is_refused_by_name_and_the_next_answers(
    space: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    other = write_checkpoint(tmp_path / "other")
    if spoil == "missing folder":
        shutil.rmtree(other)
    elif spoil == "missing file":
        (other / "model.onnx").unlink()
    else:
        record = {"schema": '{"schema": 99}', "task": '{"schema": 1, "task": "loan"}'}[spoil]
        (other / "evaluation.json").write_text(record, encoding="utf-8")
    fault = {
        "missing folder": "other",
        "missing file": "model.onnx",
        "schema": "schema 99",
        "task": "task 'loan'",
    }[spoil]
    monkeypatch.setenv(VARIABLE, str(other))
    loaded = load_checkpoint(space, variable=VARIABLE, task="tumor")
    assert loaded.source == "bundled"
    assert VARIABLE in loaded.why
    assert fault in loaded.why


def test_a_bundled_file_that_is_not_the_locked_one_is_refused_by_name(space: Path) -> None:
    (space / "checkpoint" / "model.onnx").write_bytes(b"another network")
    with pytest.raises(CheckpointError, match=r"model\.onnx is not the locked file"):
        load_checkpoint(space, variable=VARIABLE, task="tumor")


def test_a_lock_of_another_task_is_refused_by_name(tmp_path: Path) -> None:
    space = write_space(tmp_path / "loan", task="loan")
    assert load_checkpoint(space, variable=VARIABLE, task="loan").source == "bundled"
    with pytest.raises(CheckpointError, match="task 'loan', not 'tumor'"):
        load_checkpoint(space, variable=VARIABLE, task="tumor")


def test_without_a_lock_there_is_no_guessing(space: Path) -> None:
    (space / "checkpoint.json").unlink()
    with pytest.raises(CheckpointError, match=r"checkpoint\.json"):
        load_checkpoint(space, variable=VARIABLE, task="tumor")


def test_what_was_loaded_is_logged_once(space: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        loaded = load_checkpoint(space, variable=VARIABLE, task="tumor")
    assert len(caplog.records) == 1
    line = caplog.records[0].getMessage()
    assert "bundled" in line
    assert loaded.sha256 in line


def test_without_a_published_model_the_hub_client_is_not_even_imported(space: Path) -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from shared.checkpoint.loading import load_checkpoint;"
        f"load_checkpoint(Path({str(space)!r}), variable={VARIABLE!r}, task='tumor');"
        "assert 'huggingface_hub' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
