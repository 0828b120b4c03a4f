"""Parquet tables, in and out: every type of column, and files that ask for too much."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from loan_served import by_income, served_by
from loan_tables import HEADER, NUMBERS, ROW, row

from loan_space.many import RESULTS, answer_table, result_schema
from shared.errors import InputError
from shared.loan.fields.declared import FIELDS
from shared.loan.table import parquet
from shared.loan.table.reading import answers_suffix, read_chunks

SERVED = served_by(by_income)
PLACE = {field.column: k for k, field in enumerate(FIELDS)}


def table_of(count: int = 1, **columns: Any) -> pa.Table:
    """ROW, so many times, with some columns given or added."""
    texts = {name: pa.array([cell] * count) for name, cell in ROW.items()}
    return pa.table({**texts, **columns})


@pytest.fixture
def sent(tmp_path):
    """Write a table to a file."""

    def write(table: pa.Table, **settings: Any) -> Path:
        path = tmp_path / "named.csv"  # what the bytes are decides
        pq.write_table(table, path, **settings)
        return path

    return write


@pytest.fixture
def answered(tmp_path, sent):
    """Send a table, get the answers."""

    def ask(table: pa.Table, **settings: Any) -> pa.Table:
        *_, last = answer_table(SERVED, sent(table), tmp_path / "out.parquet", with_reasons=False)
        assert last.done == 1
        return pq.read_table(tmp_path / "out.parquet")

    return ask


def test_a_parquet_file_is_read_like_a_csv(sent):
    path = sent(table_of(3, Loan_ID=["a", "b", None], LoanAmount=["128", "x", "128"]))
    (chunk,) = read_chunks(path, FIELDS)
    assert answers_suffix(path) == ".parquet"
    assert chunk.header == HEADER and chunk.ids == ["a", "b", ""]
    assert list(chunk.numbers) == [2, 3, 4]
    assert chunk.table[[0, 2]].tolist() == [NUMBERS, NUMBERS]
    assert chunk.errors[1].startswith('LoanAmount is "x"')
    assert chunk.cells[0] == row(Loan_ID="a")


@pytest.mark.parametrize(
    ("column", "cells", "meant"),
    [
        ("LoanAmount", pa.array([128, None], pa.int16()), [128, np.nan]),
        ("LoanAmount", pa.array([128.5, np.nan]), [128.5, np.nan]),
        ("LoanAmount", pa.array([128.5, None], pa.float32()), [128.5, np.nan]),
        ("LoanAmount", pa.array([Decimal("128.50"), None]), [128.5, np.nan]),
        ("LoanAmount", pa.array(["128", None]).dictionary_encode(), [128, np.nan]),
        ("LoanAmount", pa.array(["128.5", ""], pa.large_string()), [128.5, np.nan]),
        ("LoanAmount", pa.array(["128.5", None], pa.string_view()), [128.5, np.nan]),
        ("LoanAmount", pa.nulls(2), [np.nan, np.nan]),
        ("Credit_History", pa.array([1, 0]), [0, 1]),
        ("Credit_History", pa.array([1.0, 0.0]), [0, 1]),
        ("Credit_History", pa.array([None, 0.0]), [np.nan, 1]),
        ("Married", pa.array([True, False]), [0, 1]),
        ("Married", pa.array([None, False]), [np.nan, 1]),
        ("Property_Area", pa.array(["Rural", None]).dictionary_encode(), [2, np.nan]),
        ("Dependents", pa.array([3, 0], pa.uint8()), [3, 0]),
    ],
)
def test_columns_of_any_type_are_read(sent, column, cells, meant):
    (chunk,) = read_chunks(sent(table_of(2, **{column: cells})), FIELDS)
    np.testing.assert_array_equal(chunk.table[:, PLACE[column]], meant)
    assert chunk.errors == [None, None]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (True, 'ApplicantIncome is "TRUE"'),
        (date(2026, 1, 2), 'ApplicantIncome is "2026-01-02"'),
        (float("inf"), 'ApplicantIncome is "inf"'),
        (-5, "-5 per month; it must lie between"),
        (2**60, "it must lie between"),
        ("x" * 10_001, "A cell has 10,001 characters; at most 10,000 are read."),
    ],
)
def test_a_value_that_cannot_be_is_an_error_row(sent, cell, reason):
    (chunk,) = read_chunks(sent(table_of(1, ApplicantIncome=[cell])), FIELDS)
    assert reason in chunk.errors[0] and np.isnan(chunk.table).all()


def test_a_row_in_which_nothing_stands_is_an_error_row(sent):
    empty = {name: pa.array(["x" if name == "Loan_ID" else ROW[name], None]) for name in ROW}
    (chunk,) = read_chunks(sent(pa.table(empty)), FIELDS)
    assert chunk.errors[0] is None and chunk.errors[1].startswith("The row is empty")


ALL_TYPES = {
    "day": pa.array([date(2026, 1, 2), None]),
    "time": pa.array([datetime(2026, 1, 2), None], pa.timestamp("ns", tz="UTC")),
    "tags": pa.array([["a", "b"], None]),
    "who": pa.array([{"name": "x", "age": 3}, None]),
    "map": pa.array([[("k", "v")], None], pa.map_(pa.string(), pa.string())),
    "bytes": pa.array([b"\x00\xff", None]),
    "formula": pa.array(["=1+1", None]),
    "amount": pa.array([Decimal("1.50"), None]),
    "kind": pa.array(["a", None]).dictionary_encode(),
    "long": pa.array(["a", None], pa.large_string()),
    "yes": pa.array([True, None]),
}


def test_all_that_was_sent_comes_back_as_it_was_with_typed_results_behind(answered):
    table = table_of(2, LoanAmount=["128", "much"], **ALL_TYPES)
    back = answered(table)
    assert back.schema.names == [*table.schema.names, *result_schema(False).names]
    assert back.select(table.schema.names) == table
    assert back["loan_ml_probability"].to_pylist() == [pytest.approx(0.5849), None]
    assert back["loan_answer"].to_pylist() == ["disagree", "error"]
    assert back["loan_error"][0].as_py() is None and '"much"' in back["loan_error"][1].as_py()


def test_what_came_back_can_be_sent_again(answered):
    twice = answered(answered(table_of()))
    assert len(twice.schema.names) == len(set(twice.schema.names)) == 12 + 2 * len(RESULTS)
    assert twice["loan_answer"] == twice["loan_answer_new"]


def test_pandas_gets_its_index_back(tmp_path, sent):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame([ROW, ROW], index=pd.Index(["p", "q"], name="who"))
    frame.to_parquet(tmp_path / "pandas.parquet")
    target = tmp_path / "out.parquet"
    list(answer_table(SERVED, tmp_path / "pandas.parquet", target, with_reasons=False))
    assert list(pd.read_parquet(target).index) == ["p", "q"]


@pytest.mark.parametrize("kind", [pa.list_(pa.string()), pa.binary(), pa.binary(3)])
def test_a_field_in_lists_or_bytes_is_refused_by_name(sent, kind):
    cells = pa.array([["a"]] if pa.types.is_list(kind) else [b"abc"], kind)
    with pytest.raises(InputError, match=r"The column Gender holds .*, which cannot be read"):
        next(read_chunks(sent(table_of(1, Gender=cells)), FIELDS))
    (chunk,) = read_chunks(sent(table_of(1, Loan_ID=cells)), FIELDS)
    assert chunk.ids == [""] and chunk.errors == [None]


def test_chunks_follow_each_other_however_small_the_row_groups_are(sent):
    path = sent(table_of(70, Loan_ID=[f"LP{k}" for k in range(70)]), row_group_size=3)
    chunks = list(read_chunks(path, FIELDS, 20))
    assert max(len(chunk.table) for chunk in chunks) <= 20 and len(chunks) == 4
    assert [name for chunk in chunks for name in chunk.ids] == [f"LP{k}" for k in range(70)]
    assert [number for chunk in chunks for number in chunk.numbers] == list(range(2, 72))
    done = [chunk.batch.done for chunk in chunks]
    assert done == sorted(done) and done[-1] == 1


@pytest.mark.parametrize("column", ["note", "notes", "record"])
def test_a_small_file_that_unpacks_to_more_than_fits_is_refused(sent, monkeypatch, column):
    monkeypatch.setattr(parquet, "MOST_OF_A_BATCH", 1 << 20)
    text = "x" * 1_000
    cells = {"note": text, "notes": [text], "record": {"a": text}}[column]
    path = sent(table_of(5_000, **{column: [cells] * 5_000}))
    assert path.stat().st_size < 1 << 16
    with pytest.raises(InputError, match="The file unpacks to 4 MB where 1 MB are read"):
        next(read_chunks(path, FIELDS))
    assert len(next(read_chunks(path, FIELDS, 500)).table) == 500


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PAR1", "begins like a Parquet file but cannot be read"),
        (b"PAR1" + b"\0" * 400 + b"PAR1", "begins like a Parquet file but cannot be read"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, content, reason):
    path = tmp_path / "table.parquet"
    path.write_bytes(content)
    with pytest.raises(InputError, match=reason):
        next(read_chunks(path, FIELDS))


def test_a_file_that_is_damaged_further_on_is_refused(sent):
    path = sent(table_of(2_000, Loan_ID=[f"LP{k}" for k in range(2_000)]))
    content = bytearray(path.read_bytes())
    content[1_000:1_400] = b"\xff" * 400
    path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read"):
        list(read_chunks(path, FIELDS))


def test_a_file_without_rows_and_one_with_too_many_are_refused(sent, monkeypatch):
    with pytest.raises(InputError, match="a header and no rows"):
        next(read_chunks(sent(table_of(1).slice(0, 0)), FIELDS))
    monkeypatch.setattr(parquet, "MOST_ROWS", 4)
    with pytest.raises(InputError, match="more than 1,000,000 rows"):
        next(read_chunks(sent(table_of(5)), FIELDS))
    assert len(next(read_chunks(sent(table_of(4)), FIELDS)).table) == 4
