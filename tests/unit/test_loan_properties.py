"""Tables and numbers that nobody thought of: what holds for all of them (hypothesis)."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import example, given, settings
from hypothesis import strategies as st
from loan_tables import HEADER, quoted, row, write_xlsx

from shared.errors import InputError
from shared.loan.fields.declared import FIELDS, Field
from shared.loan.fields.numbers import meanings, number_in_cell, number_in_text, plain, typed
from shared.loan.table import csv_blocks
from shared.loan.table.reading import read_chunks
from shared.loan.table.write import cells_in_csv

ANY_TIME = settings(deadline=None, derandomize=True, max_examples=60, database=None)
ONE = (Field("income", "Income", "Income", "", "number", highest=10),)
# Signs that matter to tables, and letters of one to four bytes.
SIGNS = "a1é€\U0001f600 ,;\t\"'\n\r=+-.\ufeff\x0b\x1c\u2028"
CELLS = st.text(SIGNS, max_size=5)
MORE_CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=6)
LATIN_CELLS = st.text("aé, ;\"'\n\r\xa0ÿ", max_size=5)
DELIMITERS = st.sampled_from([",", ";", "\t"])
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]


def rows_of(cells, least=1):
    """Rows of a stated income and two more cells."""
    one = st.sampled_from(["5", "0.5", ""])
    return st.lists(st.tuples(one, cells, cells).map(list).filter(any), min_size=least, max_size=6)


def read(content, fields=ONE):
    """All chunks of a table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table")
        path.write_bytes(content)
        return list(read_chunks(path, fields))


def csv_of(rows, quoting=csv.QUOTE_MINIMAL, **how):
    """Rows as Python's module writes them, which leaves a line end of another kind unquoted."""
    stream = io.StringIO()
    if any(sign in cell for cells in rows for cell in cells for sign in "\r\n"):
        quoting = csv.QUOTE_ALL
    writer = csv.writer(stream, quoting=quoting, **how)
    writer.writerows([["Income", "Note", "Remark"], *rows])
    return stream.getvalue()


def same_cells(rows, content):
    """Whether every cell comes back as it was written."""
    chunks = read(content)
    cells = [cells for chunk in chunks for cells in chunk.cells]
    assert cells == rows
    assert [number for chunk in chunks for number in chunk.numbers] == [*range(2, len(rows) + 2)]
    assert all(error is None for chunk in chunks for error in chunk.errors)


@ANY_TIME
@given(
    rows_of(CELLS | MORE_CELLS), DELIMITERS, ENDS, st.sampled_from(ENCODINGS[:-1]), st.booleans()
)
def test_cells_come_back_as_they_were_written(rows, delimiter, end, encoding, all_quoted):
    how = csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL
    text = csv_of(rows, delimiter=delimiter, lineterminator=end, quoting=how)
    same_cells(rows, text.encode(encoding))


@ANY_TIME
@given(rows_of(LATIN_CELLS), DELIMITERS, ENDS, st.sampled_from(["cp1252", "latin-1"]))
def test_cells_of_western_windows_come_back_too(rows, delimiter, end, encoding):
    text = csv_of([["5", "é", "é"], *rows], delimiter=delimiter, lineterminator=end)
    same_cells([["5", "é", "é"], *rows], text.encode(encoding))


@ANY_TIME
@given(rows_of(CELLS, least=3), ENDS, st.integers(8, 60))
def test_it_does_not_matter_where_blocks_of_lines_end(rows, end, block):
    text = csv_of(rows, lineterminator=end).encode()
    before, csv_blocks.BLOCK = csv_blocks.BLOCK, block
    try:
        same_cells(rows, text)
    finally:
        csv_blocks.BLOCK = before


@ANY_TIME
@given(st.text('5,"a\n\r;', max_size=40))
@example('"')
@example('5,"a\n5,b,c\n5,d,e')
@example('5,"a",b\n"5,c,d\n')
def test_whatever_stands_in_a_file_no_filled_line_is_lost(text):
    content = f"Income,Note,Remark\n5,x,y\n{text}\n5,end,z\n"
    chunks = read(content.encode())
    rows = [cells for chunk in chunks for cells in chunk.cells]
    assert rows[0] == ["5", "x", "y"]
    errors = [error for chunk in chunks for error in chunk.errors]
    numbers = [number for chunk in chunks for number in chunk.numbers]
    assert len(rows) == len(errors) == len(numbers) and numbers == sorted(set(numbers))
    back = "".join(cell for cells in rows for cell in cells)
    behind = content.partition("\n")[2]
    assert [back.count(sign) for sign in "5axyz"] == [behind.count(sign) for sign in "5axyz"]


@ANY_TIME
@given(st.lists(CELLS | MORE_CELLS, min_size=2, max_size=6), DELIMITERS)
def test_a_written_row_is_read_as_it_was_but_for_formulas(cells, delimiter):
    line = delimiter.join(cells_in_csv(pa.array(cells), delimiter).to_pylist()) + "\r\n"
    (back,) = csv.reader(io.StringIO(line, newline=""), delimiter=delimiter)
    for cell, written in zip(cells, back, strict=True):
        assert written in (cell, f"'{cell}")
        assert written == cell or cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert not written.startswith(("=", "@", "\t", "\r"))


APPLICANTS = st.fixed_dictionaries(
    {
        "ApplicantIncome": st.integers(0, 1_000_000) | st.sampled_from([0.5, 4166.67, None]),
        "LoanAmount": st.integers(1, 10_000) | st.sampled_from([128.5, None]),
        "Credit_History": st.sampled_from([1, 0, None]),
        "Dependents": st.sampled_from(["0", "1", "2", "3+", None]),
        "Property_Area": st.sampled_from(["Urban", "Rural", "Semiurban", "semi-urban", None]),
    }
)


@settings(ANY_TIME, max_examples=30)
@given(st.lists(APPLICANTS, min_size=1, max_size=4))
def test_the_same_applicant_gets_the_same_numbers_from_every_kind_of_file(applicants):
    typed_rows = [dict(zip(HEADER, row(**values), strict=True)) for values in applicants]
    as_text = [["" if v is None else str(v) for v in values.values()] for values in typed_rows]
    contents = [csv_of_header(as_text), quoted(*as_text).encode()]
    with tempfile.TemporaryDirectory() as folder:
        book, columns = Path(folder, "book"), Path(folder, "columns")
        cells = [
            [float(v) if isinstance(v, int | float) else v for v in values.values()]
            for values in typed_rows
        ]
        write_xlsx(book, HEADER, *cells)
        table = {name: pa.array([values[name] for values in typed_rows]) for name in HEADER}
        pq.write_table(pa.table(table), columns)
        contents += [book.read_bytes(), columns.read_bytes()]
    chunks = [read(content, FIELDS) for content in contents]
    tables = [np.concatenate([chunk.table for chunk in parts]) for parts in chunks]
    for parts in chunks:
        assert all(error is None for chunk in parts for error in chunk.errors)
    for other in tables[1:]:
        np.testing.assert_array_equal(tables[0], other)


def csv_of_header(rows):
    """Cells without any quoting."""
    return "".join(",".join(cells) + "\n" for cells in (HEADER, *rows)).encode()


def number_or_error(text, decimal):
    """What a cell means, or why it means nothing."""
    try:
        return number_in_cell(text, "N", decimal)
    except InputError as error:
        return str(error)


FINITE = st.floats(-1e15, 1e15, allow_nan=False)


@ANY_TIME
@given(FINITE)
def test_a_typed_number_is_read_back(value):
    short = float(f"{value:.15g}")
    assert number_in_cell(typed(value), "x", ".") == short
    assert number_in_cell(f" {typed(value)} ", "x", ".") == short


@ANY_TIME
@given(st.integers(-(10**12), 10**12))
def test_thousands_that_are_marked_are_never_read_in_silence(value):
    text = plain(value)
    if "," not in text:
        assert number_in_text(text, "x") == value
        return
    assert value in meanings(text) and value in meanings(text.replace(",", "."))
    for decimal in ".,":
        for grouped in (text, text.replace(",", ".")):
            number = number_or_error(grouped, decimal)
            # It may be read where the mark is that of decimals, and only as one.
            if not isinstance(number, str):
                assert grouped.count(decimal) == 1
                assert number == float(grouped.replace(decimal, "."))


@ANY_TIME
@given(st.integers(-(10**9), 10**9), st.integers(0, 999))
def test_a_decimal_comma_is_read_where_it_is_usual_and_explained_elsewhere(whole, fraction):
    text, value = f"{whole},{fraction:03}9", float(f"{whole}.{fraction:03}9")
    assert number_in_cell(text, "x", ",") == value
    assert meanings(text) == (value,)
    assert f"Write {typed(value)} with a point." in number_or_error(text, ".")


@ANY_TIME
@given(st.text("0123456789.,eE+- _'€", max_size=9), st.sampled_from([".", ","]))
def test_a_text_is_a_finite_number_or_refused_with_itself(text, decimal):
    number = number_or_error(text, decimal)
    if isinstance(number, str):
        assert number.startswith(f'N is "{" ".join(text.split())}", which ')
    else:
        assert np.isfinite(number)


@ANY_TIME
@given(st.lists(st.text("0123456789.,eE+- ", max_size=6), min_size=1, max_size=5), DELIMITERS)
def test_a_column_says_the_same_as_each_of_its_cells(cells, delimiter):
    field = (Field("n", "N", "N", "", "number", lowest=-1e300, highest=1e300),)
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows([["N", "Note"], *([c, "x"] for c in cells)])
    (chunk,) = read(stream.getvalue().encode(), field)
    for cell, (value,), error in zip(cells, chunk.table, chunk.errors, strict=True):
        meant = number_or_error(cell, "," if delimiter == ";" else ".")
        if cell.strip() in ("", "-"):
            assert np.isnan(value) and error is None
        else:
            assert meant == (error if isinstance(meant, str) else value)
