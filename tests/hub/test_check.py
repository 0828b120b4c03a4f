"""A checkpoint opens, every weight of it, and answers its own examples as their list promises."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
import skops.io
from release_checkpoints import BUNDLED, ROOT, write_loan

from shared.checkpoint.contract import read_examples
from shared.errors import CheckpointError
from shared.loan.models.ml import SKOPS_FILE, TRUSTED
from training.draws import hashes_of_measured
from training.release.check import (
    KNOWN_TYPES,
    OPEN,
    check_answers,
    check_examples,
    has_known_types_only,
)

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


def test_the_types_that_training_writes_are_those_that_skops_and_this_project_trust() -> None:
    path = BUNDLED / SKOPS_FILE
    assert has_known_types_only(path)
    known = {f"{module}.{name}" for module, names in KNOWN_TYPES.items() for name in names}
    assert set(skops.io.get_untrusted_types(file=path)) <= set(TRUSTED) < known


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('"sklearn.linear_model._logistic"', '"os"'),
        ('"LogisticRegression"', '"LogisticRegressionCV"'),
        ('"TreeNode"', '"ReduceNode"'),
    ],
)
def test_a_type_that_training_does_not_write_is_left_to_skops(
    tmp_path: Path, was: str, becomes: str
) -> None:
    path = tmp_path / SKOPS_FILE
    shutil.copy(BUNDLED / SKOPS_FILE, path)
    rewritten(path, was, becomes)
    assert not has_known_types_only(path)


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


def test_a_push_does_not_import_skops() -> None:
    code = (
        "import sys; from pathlib import Path; from training.release.check import check_answers\n"
        f"print(check_answers(Path({str(BUNDLED)!r})), {{'skops', 'sklearn'}} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "loan set()\n"
