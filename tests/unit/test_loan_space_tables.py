"""The loan Space's tables and endpoints: cells of the results, signatures, and what is deleted."""

from __future__ import annotations

import inspect
import time
from dataclasses import replace
from pathlib import Path
from typing import Literal

import gradio as gr
import numpy as np
import pytest
from loan_served import by_income, served_by
from loan_tables import HEADER, lines, row, write_xlsx

from loan_space import many
from loan_space.api import annotation, endpoint, explained
from loan_space.many import answer_table, result_columns, result_file, result_schema, unseen_notes
from loan_space.many_view import summary_html
from shared.errors import InputError
from shared.loan.fields.declared import FIELDS
from shared.loan.table.reading import read_chunks
from shared.loan.table.write import written

SERVED = served_by(by_income)
RANGE = (1000.0, 9000.0)
TRAINED = tuple(replace(f, seen=RANGE) if f.name.endswith("income") else f for f in FIELDS)
FIRST = """Say it.

Both answers,
in words."""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Four applicants: the network refuses, both approve, both refuse, no number."""
    incomes = ("9000", "10000", "400", "plenty")
    path = tmp_path / "applicants.csv"
    path.write_text(lines(*(row(ApplicantIncome=income) for income in incomes)))
    return path


def test_each_row_gets_its_cells(table: Path) -> None:
    (chunk,) = read_chunks(table, FIELDS)
    answer, ml, ann, note, error, revision = (
        column.to_pylist() for column in written(result_columns(SERVED, chunk))
    )
    assert answer == ["disagree", "approve", "refuse", "error"]
    assert ml == ["0.9000", "1.0000", "0.0400", ""]
    assert ann == ["0.4500", "0.5000", "0.0200", ""]
    assert note == [""] * 4
    assert error[:3] == [""] * 3 and '"plenty"' in error[3]
    assert revision == ["f" * 12] * 4


def test_notes_name_the_columns_that_no_training_row_had() -> None:
    rows = np.full((4, len(FIELDS)), np.nan)
    rows[:, 0] = (500, 5000, 1000, np.nan)
    rows[:, 1] = (9001, 9000, 0, np.nan)
    both = "unlike the training data: ApplicantIncome, CoapplicantIncome"
    assert unseen_notes(TRAINED, rows) == [
        both, "", "unlike the training data: CoapplicantIncome", "",
    ]  # fmt: skip


def test_a_table_is_answered_with_progress_and_the_result_written(
    table: Path, tmp_path: Path
) -> None:
    target = tmp_path / "answers.csv"
    *_, last = answer_table(SERVED, table, target, with_reasons=False)
    assert (last.rows, last.errors, last.done) == (4, 1, 1.0)
    assert last.answers == {"disagree": 1, "approve": 1, "refuse": 1, "error": 1}
    written = target.read_text(encoding="utf-8-sig").splitlines()
    assert written[0] == ",".join([*HEADER, *result_schema(False).names])
    assert len(written) == 5
    html = summary_html(last)
    assert "4 rows: 1 approved by both, 1 refused by both, 1 on which the two disagree." in html
    assert "1 could not be read" in html


def test_a_table_of_errors_says_so_and_escapes_what_was_sent(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(lines(row(Loan_ID="<b>", Gender="<i>")))
    *_, last = answer_table(SERVED, path, tmp_path / "out.csv", with_reasons=False)
    html = summary_html(last)
    assert "1 row: no answer." in html
    assert "<b>" not in html and "<i>" not in html


def test_blank_rows_of_a_workbook_are_no_table(tmp_path: Path) -> None:
    path = tmp_path / "blank.xlsx"
    write_xlsx(path, HEADER, [" "] * len(HEADER))
    with pytest.raises(InputError, match="blank|no rows"):
        list(answer_table(SERVED, path, tmp_path / "out.csv", with_reasons=False))


def test_a_result_lives_until_gradio_has_its_copy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(many, "LIVES", 0.1)
    with result_file() as path:
        path.write_text("x")
        time.sleep(0.3)
        assert path.exists()  # the time runs from the end of the work, however long that took
    end = time.monotonic() + 5
    while path.parent.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not path.parent.exists()


def test_an_endpoint_has_a_keyword_for_each_field() -> None:
    made = endpoint("predict", FIELDS, dict, dict, FIRST)
    parameters = inspect.signature(made).parameters
    assert list(parameters) == [field.name for field in FIELDS]
    assert {parameter.default for parameter in parameters.values()} == {None}
    assert parameters["loan_amount"].annotation == float | None
    assert inspect.signature(made).return_annotation is dict
    assert made.__name__ == "predict"
    values = [None, 1, *[None] * 9]
    assert made(*values) == dict(zip(parameters, values, strict=True))


def test_an_endpoint_describes_itself() -> None:
    text = inspect.getdoc(endpoint("predict", FIELDS, dict, dict, FIRST)) or ""
    assert text.startswith("Say it.\n\nParameters:\n    applicant_income: Applicant's income, ")
    assert text.endswith("Returns:\n    Both answers, in words.")
    assert "    married: Married, one of yes, no; None is not stated." in text


def test_a_number_says_its_range_and_a_choice_its_values() -> None:
    amount, history = FIELDS[2], FIELDS[4]
    told = "Amount of the loan, 1 to 10,000 thousand; None is not stated."
    assert explained(amount) == told
    assert annotation(history) == Literal["good", "bad"] | None


def test_an_input_error_of_the_work_is_told_to_the_caller() -> None:
    def refuse(values: object) -> None:
        raise InputError("too much")

    made = endpoint("predict", FIELDS, refuse, dict, FIRST)
    with pytest.raises(gr.Error, match="too much") as caught:
        made(*[None] * len(FIELDS))
    assert caught.value.print_exception is False
