"""A checkpoint opens, every weight of it, and answers its own examples as their list promises."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from release_checkpoints import ROOT, write_loan

from shared.checkpoint.contract import read_examples
from shared.errors import CheckpointError
from training.draws import hashes_of_measured
from training.release.examples_answered import OPEN, check_answers, check_one

TUMOR = ROOT / "spaces" / "tumor" / "checkpoint"


def measured_again(folder: Path) -> None:
    """Let the record say that the files as they are now were measured."""
    path = folder / "evaluation.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["measured"] = hashes_of_measured(folder, "loan")
    path.write_text(json.dumps(record), encoding="utf-8")


def test_the_loan_models_answer_their_examples(tmp_path: Path) -> None:
    assert check_answers(write_loan(tmp_path / "loan")) == "loan"


def test_the_tumor_network_answers_its_examples() -> None:
    answers = OPEN["tumor"](TUMOR)
    for example in read_examples(TUMOR):
        check_one(example, answers)
    with pytest.raises(CheckpointError, match="is answered .* not 'elsewhere'"):
        check_one(example | {"expected": "elsewhere"}, answers)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ann.safetensors", "header too large"),
        ("ml.skops", "ml.skops cannot be used"),
        ("ml.onnx", "ml.onnx cannot be"),
        ("decision.json", "decision.json cannot be used"),
    ],
)
def test_a_weight_that_does_not_open_is_refused(tmp_path: Path, name: str, words: str) -> None:
    folder = write_loan(tmp_path / "loan")
    (folder / name).write_bytes(b"no weights")
    measured_again(folder)
    with pytest.raises(CheckpointError, match=words):
        check_answers(folder)


def test_a_checkpoint_without_examples_cannot_be_tried(tmp_path: Path) -> None:
    folder = write_loan(tmp_path / "loan")
    (folder / "examples" / "examples.json").write_text("[]", encoding="utf-8")
    with pytest.raises(CheckpointError, match="lists no example"):
        check_answers(folder)


def test_an_example_of_no_applicant_is_said_to_be_none(tmp_path: Path) -> None:
    folder = write_loan(tmp_path / "loan")
    (folder / "examples" / "examples.json").write_text('[{"values": {}}]', encoding="utf-8")
    with pytest.raises(CheckpointError, match="cannot be tried"):
        check_answers(folder)
