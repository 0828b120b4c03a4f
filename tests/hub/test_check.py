"""A checkpoint opens, agrees with itself, and answers its own examples as their list promises."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest
import skops.io
from release_checkpoints import ROOT, write_loan
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
from sklearn.dummy import DummyClassifier

from shared.checkpoint.contract import read_examples
from shared.errors import CheckpointError
from shared.loan.models.ml import SKOPS_FILE
from training.draws import hashes_of_measured
from training.release.check import OPEN, check_answers, check_examples

TUMOR = ROOT / "spaces" / "tumor" / "checkpoint"


def measured_again(folder: Path, task: str = "loan") -> None:
    """Let the record say that the files as they are now were measured."""
    path = folder / "evaluation.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["measured"] = hashes_of_measured(folder, task)
    path.write_text(json.dumps(record), encoding="utf-8")


def test_the_loan_models_answer_their_examples(tmp_path: Path) -> None:
    assert check_answers(write_loan(tmp_path / "loan")) == "loan"


def test_the_tumor_network_answers_its_examples() -> None:
    answers = OPEN["tumor"](TUMOR)
    examples = read_examples(TUMOR)
    check_examples(examples, answers)
    for example in examples:
        with pytest.raises(CheckpointError, match="is answered .* not 'elsewhere'"):
            check_examples([example | {"expected": "elsewhere"}], answers)


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


def rewritten(path: Path, was: str, becomes: str) -> None:
    """Change the text of a skops file's schema."""
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    schema = parts["schema.json"].decode()
    assert was in schema
    parts["schema.json"] = schema.replace(was, becomes).encode()
    with ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)


def test_a_model_that_asks_for_other_types_is_refused_before_it_is_published(
    tmp_path: Path,
) -> None:
    folder = write_loan(tmp_path / "loan")
    rewritten(folder / SKOPS_FILE, '"sklearn.linear_model._logistic"', '"os"')
    measured_again(folder)
    with pytest.raises(CheckpointError, match=r"ml\.skops (asks to trust os|cannot be used)"):
        check_answers(folder)


def test_a_damaged_member_of_the_archive_is_refused(tmp_path: Path) -> None:
    folder = write_loan(tmp_path / "loan")
    path = folder / SKOPS_FILE
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    path.write_bytes(content)
    measured_again(folder)
    with pytest.raises(CheckpointError, match=r"ml\.skops cannot be used"):
        check_answers(folder)


def turned(path: Path, *names: str) -> None:
    """Turn the sign of some tensors of a file."""
    tensors = load_file(path)
    assert set(names) <= tensors.keys(), sorted(tensors)
    save_file({k: -v if k in names else v for k, v in tensors.items()}, path, metadata_of(path))


def metadata_of(path: Path) -> dict[str, str]:
    """What a file says beside its tensors."""
    with safe_open(path, "numpy") as file:
        return dict(file.metadata() or {})


def test_a_network_whose_head_is_turned_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "tumor"
    shutil.copytree(TUMOR, folder)
    turned(folder / "model.safetensors", "classifier.weight", "classifier.bias")
    measured_again(folder, "tumor")
    with pytest.raises(
        CheckpointError, match=r"model\.safetensors and model\.onnx are not the same"
    ):
        check_answers(folder)


def test_a_neural_network_whose_head_is_turned_is_refused(tmp_path: Path) -> None:
    folder = write_loan(tmp_path / "loan")
    turned(folder / "ann.safetensors", "weight.1", "bias.1")
    measured_again(folder)
    with pytest.raises(CheckpointError, match="is answered"):
        check_answers(folder)


def test_a_forest_that_is_not_the_one_that_answers_is_refused(tmp_path: Path) -> None:
    folder = write_loan(tmp_path / "loan")
    other = DummyClassifier(strategy="constant", constant=1).fit([[0.0] * 22] * 2, [0, 1])
    skops.io.dump(other, folder / SKOPS_FILE)
    measured_again(folder)
    with pytest.raises(CheckpointError, match=r"ml\.skops and ml\.onnx are not the same"):
        check_answers(folder)
