"""Rows of a table: quotes, blank and ragged lines, chunks, repeated ids, a million of them."""

import numpy as np
import pytest
from loan_tables import NUMBERS, lines, quoted, row

from loan_space.many import SeenIds
from shared.errors import InputError
from shared.loan.fields.declared import Field

ONE = (Field("income", "Income", "Income", "", "number", highest=10),)


def test_quotes_separators_and_newlines_in_cells_are_read(read_chunk):
    name = 'Doe, "Jane"\nof the hill'
    chunk = read_chunk(quoted(row(Loan_ID=name), row()))
    assert chunk.table.tolist() == [NUMBERS, NUMBERS]
    assert chunk.cells[0][0] == name and chunk.errors == [None, None]


@pytest.mark.parametrize("cells", [row()[:-2], [*row(), "x"]])
@pytest.mark.parametrize("write", [lines, quoted])
def test_a_ragged_row_becomes_an_error_row(read_chunk, cells, write):
    chunk = read_chunk(write(row(), cells, row()))
    assert f"The row has {len(cells)} cells where the header has 12." in chunk.errors[1]
    assert chunk.table[[0, 2]].tolist() == [NUMBERS, NUMBERS]
    assert chunk.cells[1] == cells


def test_empty_cells_beyond_the_header_do_no_harm(read_chunk):
    assert read_chunk(lines([*row(), "", ""], row())).errors == [None, None]


@pytest.mark.parametrize("write", [lines, quoted])
def test_blank_lines_are_left_out_and_rows_keep_their_numbers(read_chunk, write):
    header, first, second = write(row(), row(Loan_ID="LP2")).splitlines()
    chunk = read_chunk(f"\n{header}\n{first}\n\n  \n{second}\n\n")
    assert chunk.ids == ["LP1", "LP2"]
    assert list(chunk.numbers) == [3, 6]


def test_a_row_of_separators_alone_is_an_error_row(read_chunk):
    chunk = read_chunk(lines(row(), [""] * 12))
    assert "The row is empty" in chunk.errors[1]


def test_a_quote_that_never_closes_costs_one_row_and_not_those_behind_it(read_chunk):
    named = quoted(row(), row(), row(), row()).splitlines()
    named[2] = named[2].replace('"LP1"', '"LP1')
    named[4] = named[4].replace('"Urban"', '"Urban')
    chunk = read_chunk("\n".join(named))
    assert [error is None for error in chunk.errors] == [True, False, True, False]
    assert "never closed" in chunk.errors[3]
    assert chunk.table[[0, 2]].tolist() == [NUMBERS, NUMBERS]


def test_a_quote_that_swallows_the_whole_file_is_found(read_table):
    rows = [row(Loan_ID='"LP0'), *(row() for _ in range(5_000))]
    chunks = read_table(lines(*rows), size=1_000)
    errors = [error for chunk in chunks for error in chunk.errors]
    assert errors[0].startswith("A quote") and errors[1:] == [None] * 5_000


@pytest.mark.parametrize("write", [lines, quoted])
def test_chunks_follow_each_other_and_tell_how_far_they_are(read_table, write):
    rows = [row(Loan_ID=f"LP{k}") for k in range(7)]
    chunks = read_table(write(*rows), size=3)
    assert [len(chunk.table) for chunk in chunks] == [3, 3, 1]
    assert [chunk.numbers[0] for chunk in chunks] == [2, 5, 8]
    assert [cells for chunk in chunks for cells in chunk.cells] == rows
    done = [chunk.batch.done for chunk in chunks]
    assert done == sorted(done) and done[-1] == 1


def test_both_ways_of_reading_find_the_same(read_chunk):
    rng = np.random.default_rng(3)
    rows = [
        row(
            ApplicantIncome=str(rng.choice(["5849", "x", "", "1.5", "NA", "99999999", "7.0"])),
            LoanAmount=f"{rng.uniform(0, 12_000):.{rng.integers(0, 4)}f}",
            Property_Area=str(rng.choice(["Urban", "rural", "SEMIURBAN", "moon", "", " Urban "])),
            Dependents=str(rng.choice(["0", "1", "3+", "none", "many"])),
        )
        for _ in range(500)
    ]
    plain, other = read_chunk(lines(*rows)), read_chunk(quoted(*rows))
    np.testing.assert_array_equal(plain.table, other.table)
    assert plain.errors == other.errors and plain.cells == other.cells


def test_ids_that_repeat_are_counted_and_their_rows_answered(read_table):
    ids = ["LP1", "LP2", "LP1", "", "", "LP3", "LP2", "LP1"]
    seen = SeenIds()
    for chunk in read_table(lines(*(row(Loan_ID=loan_id) for loan_id in ids)), size=3):
        seen.add(chunk.ids)
        assert chunk.errors == [None] * len(chunk.errors)
    assert seen.repeated(5) == {"LP1": 3, "LP2": 2}
    assert seen.repeated(1) == {"LP1": 3}


def test_ids_that_stand_once_are_not_spoken_of():
    seen = SeenIds()
    assert seen.repeated(5) == {}
    seen.add(["a", "b", "", ""])
    assert seen.repeated(5) == {}


def test_a_million_rows_are_read_and_one_more_is_refused(read_table):
    chunks = read_table(b"Income,Note\n" + b"5,\n" * 1_000_000, ONE)
    assert sum(len(chunk.table) for chunk in chunks) == 1_000_000
    assert all((chunk.table == 5).all() for chunk in chunks)
    with pytest.raises(InputError) as caught:
        read_table(b"Income,Note\n" + b"5,\n" * 1_000_001, ONE)
    message = str(caught.value)
    assert "more than 1,000,000 rows" in message
