"""The record of the bench, and the tables that are written from it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from record import read_record, with_space, write_record
from rows import compared, stated
from timing import Sample

from training.figures import bench

KEYS = {"space", "name", "label", "ours", "other", "unit", "ratio", "goal", "met", "n"}
NOTHING = {"schema": 2, "machine": {}, "rows": []}
ROW = stated("b", "B", Sample((1234.567,)), unit="MB")


def test_the_record_is_complete_and_is_json() -> None:
    rows = [
        compared("a", "A", Sample((1.0,)), Sample((2.0,)), unit="s", ratio=0.5),
        stated("b", "B", Sample((3.0,)), unit="MB"),
    ]
    record = json.loads(json.dumps(with_space(NOTHING, "loan", {"cpu": "some"}, rows)))
    assert set(record) == {"schema", "machine", "rows"}
    assert (record["schema"], record["machine"]) == (2, {"loan": {"cpu": "some"}})
    assert all(set(row) >= KEYS for row in record["rows"])
    assert [row["met"] for row in record["rows"]] == [None, None]


def test_the_record_keeps_four_digits() -> None:
    (kept,) = with_space(NOTHING, "loan", {}, [ROW])["rows"]
    assert (kept["ours"], kept["ours_spread"], kept["n"]) == (1235.0, [1235.0, 1235.0], 1)


def test_measuring_one_space_again_keeps_the_rows_of_the_other_where_they_are() -> None:
    first, second = (stated(name, name, Sample((1.0,)), unit="s") for name in "ac")
    record = with_space(NOTHING, "tumor", {"cores": 2}, [first, second])
    record = with_space(record, "loan", {"cores": 4}, [ROW])
    again = with_space(record, "tumor", {"cores": 8}, [second])
    assert [(row["space"], row["name"]) for row in again["rows"]] == [("tumor", "c"), ("loan", "b")]
    assert again["machine"] == {"tumor": {"cores": 8}, "loan": {"cores": 4}}
    assert len(record["rows"]) == 3


def test_a_record_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    assert read_record(path) == NOTHING
    write_record(path, with_space(NOTHING, "loan", {"cores": 2}, [ROW]))
    assert read_record(path) == with_space(NOTHING, "loan", {"cores": 2}, [ROW])


def test_a_record_of_another_schema_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    path.write_text('{"schema": 1, "machine": {}, "rows": []}')
    with pytest.raises(ValueError, match=r"bench.json has schema 1; this code writes schema 2"):
        read_record(path)


def test_the_record_in_the_repository_can_be_added_to() -> None:
    record = read_record(Path(__file__).parents[2] / "docs" / "bench.json")
    assert {row["space"] for row in record["rows"]} == set(record["machine"])
    assert all(set(row) >= KEYS for row in record["rows"])
    names = [row["name"] for row in record["rows"]]
    assert len(names) == len(set(names))


def test_the_page_has_a_table_for_each_space() -> None:
    record = with_space(NOTHING, "tumor", {"cores": 2}, [ROW])
    record = with_space(record, "loan", {"cores": 4}, [replace(ROW, label="Other", ours=2.0)])
    tumor, loan = bench(record, "tumor"), bench(record, "loan")
    assert "| B | 1,235 MB |" in tumor
    assert "Other" not in tumor
    assert "| Other | 2 MB |" in loan
    assert loan.endswith("Machine: cores 4.")


def test_a_space_that_was_not_measured_has_no_table() -> None:
    with pytest.raises(LookupError, match="The loan Space has not been measured: run `make bench`"):
        bench(with_space(NOTHING, "tumor", {}, [ROW]), "loan")
