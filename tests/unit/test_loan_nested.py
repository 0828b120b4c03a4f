"""Nested cross-validation: nothing of a tested row is learned from, and a broken run goes on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from loan_applications import made_up, small_candidates, write_csv

from shared.errors import InputError
from shared.loan.models.features import features
from training.loan import candidates, choose, nested
from training.loan.data import Applications
from training.loan.folds import asked_folds, folds_of, read_folds

MADE = made_up(60)
FOLDS = [np.array([0, 7, 8, 30]), np.arange(40, 52)]
DEFAULT = nested.VARIANTS[0]


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(choose, "INNER_FOLDS", 2)
    with small_candidates():
        yield


def answered(made: Applications, test: np.ndarray) -> dict[str, Any]:
    return nested.answer_fold(made, nested.columns_of(DEFAULT, made), test, 0)


def test_choosing_and_fitting_never_see_the_tested_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []
    fit = nested.choose_and_fit

    def spy(kind: Any, rows: np.ndarray, approved: np.ndarray, seed: int, names: Any) -> Any:
        seen.extend(row.tobytes() for row in rows)
        assert len(rows) == len(approved) == 60 - len(FOLDS[0])
        return fit(kind, rows, approved, seed, names)

    monkeypatch.setattr(nested, "choose_and_fit", spy)
    answered(MADE, FOLDS[0])
    columns = nested.columns_of(DEFAULT, MADE)
    rows = features(tuple(MADE.fields[k] for k in columns), MADE.table[:, columns])
    tested = {rows[k].tobytes() for k in FOLDS[0]}
    assert len(seen) == 2 * (60 - len(FOLDS[0]))  # both kinds
    assert len({row.tobytes() for row in rows}) == 60
    assert not tested & set(seen)


def test_answers_do_not_depend_on_what_was_decided_of_the_tested_rows() -> None:
    turned = MADE.approved.copy()
    turned[FOLDS[1]] = 1 - turned[FOLDS[1]]
    other = Applications(MADE.fields, MADE.table, turned, MADE.sha256)
    assert answered(MADE, FOLDS[1]) == answered(other, FOLDS[1])


def test_what_is_chosen_has_the_least_loss() -> None:
    answers = answered(MADE, FOLDS[1])
    for kind in ("ml", "ann"):
        losses = answers[kind]["losses"]
        assert len(losses) == 2
        assert losses[answers[kind]["chosen"]] == min(losses.values())
        assert all(0 < share < 1 for share in answers[kind]["approval"])


def test_the_default_variant_does_not_see_the_protected_fields() -> None:
    names = [MADE.fields[k].name for k in nested.columns_of(DEFAULT, MADE)]
    assert not {"gender", "married", "dependents"} & set(names)
    assert len(names) == 8
    assert len(nested.columns_of(nested.VARIANTS[1], MADE)) == 11


def test_ten_folds_three_times_over() -> None:
    approved = np.array([0, 1, 1] * 30)
    folds = folds_of(approved, 0)
    assert len(folds) == 30
    for repeat in range(3):
        assert sorted(np.concatenate(folds[10 * repeat :][:10])) == list(range(90))
    assert {int(approved[fold].sum()) for fold in folds} == {6}
    assert folds[0].tolist() != folds[10].tolist()


def test_fewer_folds_and_repeats_can_be_asked_for() -> None:
    approved = np.array([0, 1, 1] * 30)
    folds = asked_folds("3", 2, approved, 0)
    assert [len(fold) for fold in folds] == [30] * 6
    assert sorted(np.concatenate(folds[:3])) == list(range(90))
    assert len(asked_folds("4", None, approved, 0)) == 4 * 3


@pytest.mark.parametrize(
    ("asked", "repeats", "fault"),
    [
        ("1", None, "1 folds cannot be made"),
        ("31", None, "and 30, as many as the rarer class"),
        ("3", 0, "0 repeats answer nothing"),
        ("folds.json", 2, "Leave out --repeats"),
    ],
)
def test_folds_that_cannot_be_made_are_refused(asked: str, repeats: int | None, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        asked_folds(asked, repeats, np.array([0, 1, 1] * 30), 0)


def test_a_run_that_was_broken_off_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = nested.run(MADE, FOLDS, tmp_path, 0)
    files = sorted(tmp_path.rglob("*.json"))
    assert len(files) == 4  # two folds of two variants
    files[1].unlink()
    files[2].with_suffix(".part").write_text('{"rows": [', encoding="utf-8")
    done: list[int] = []
    answer = nested.answer_fold

    def spy(made: Any, columns: Any, test: np.ndarray, seed: int, names: Any) -> Any:
        done.append(len(test))
        return answer(made, columns, test, seed, names)

    monkeypatch.setattr(nested, "answer_fold", spy)
    assert nested.run(MADE, FOLDS, tmp_path, 0) == whole
    assert done == [len(FOLDS[1])]
    nested.run(MADE, FOLDS, tmp_path, 1)  # another seed: nothing can be taken over
    assert len(done) == 5
    some = candidates.some(["logistic regression", "one layer"])
    nested.run(MADE, FOLDS, tmp_path, 0, some)  # other candidates: nothing either
    assert len(done) == 9


def run_main(monkeypatch: pytest.MonkeyPatch, *options: str) -> None:
    monkeypatch.setattr(sys, "argv", ["nested", *options])
    nested.main()


def test_folds_of_ones_own_are_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, folds = write_csv(tmp_path / "data", MADE), tmp_path / "folds.json"
    folds.write_text(json.dumps([fold.tolist() for fold in FOLDS]), encoding="utf-8")
    out = tmp_path / "out"
    run_main(monkeypatch, "--data", str(data), "--out", str(out), "--folds", str(folds))
    record = json.loads((out / nested.OUT_OF_FOLD).read_text(encoding="utf-8"))
    for variant in nested.VARIANTS:
        assert [fold["rows"] for fold in record[variant]] == [fold.tolist() for fold in FOLDS]
    # The same numbers as from the table in memory: the CSV says the same.
    assert (
        record[DEFAULT][1]["ml"]
        == nested.answer_fold(MADE, nested.columns_of(DEFAULT, MADE), FOLDS[1], 1)["ml"]
    )


def test_only_the_candidates_that_were_named_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, out = write_csv(tmp_path / "data", MADE), tmp_path / "out"
    named = ("--candidates", "small forest", "--candidates", "two layers")
    paths = ("--data", str(data), "--out", str(out), "--folds", "2", "--repeats", "1")
    run_main(monkeypatch, *paths, *named)
    record = json.loads((out / nested.OUT_OF_FOLD).read_text(encoding="utf-8"))
    assert nested.candidates_of(record) == {"ml": ("small forest",), "ann": ("two layers",)}
    for fold in record[DEFAULT]:
        assert (fold["ml"]["chosen"], fold["ann"]["chosen"]) == ("small forest", "two layers")


@pytest.mark.parametrize(
    ("named", "fault"),
    [
        (["no such forest"], "no candidate 'no such forest'; there are 'logistic regression'"),
        (
            ["one layer"],
            "of the kind ml is left; name one of 'logistic regression', 'small forest'",
        ),
    ],
)
def test_candidates_that_cannot_be_compared_are_refused(named: list[str], fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        candidates.some(named)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "[[0, 60]]", "[[-1]]", "[[0, 0]]", "[[]]", "[[0.5]]", "[3]", '["a"]',
             json.dumps([list(range(60))])],
)  # fmt: skip
def test_what_are_no_folds_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "folds.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit, match="row numbers from 0 to 59"):
        read_folds(path, 60)


def test_answers_of_other_data_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="missing"):
        nested.read_out_of_fold(tmp_path, MADE)
    (tmp_path / nested.OUT_OF_FOLD).write_text('{"data_sha256": "1"}', encoding="utf-8")
    with pytest.raises(SystemExit, match="of other data"):
        nested.read_out_of_fold(tmp_path, MADE)
