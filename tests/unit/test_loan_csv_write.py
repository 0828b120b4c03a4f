"""What comes back: all that was sent, harmless, with the answers behind it."""

import csv
import io
from contextlib import ExitStack

import pyarrow as pa
import pytest
from loan_tables import HEADER, NUMBERS, lines, quoted, row

from shared.loan.fields.application import read_application
from shared.loan.fields.declared import FIELDS, Field
from shared.loan.table.reading import read_chunks
from shared.loan.table.write import cells_in_csv, open_answers, template

AGE = Field("age", "Age", "Applicant's age", "In years.", "number", default=40, highest=120)
FORMULAS = ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "=cmd|' /C calc'!A0", "-", "+", "--5", "+5%"]
NUMBERS_WITH_SIGNS = ["-5", "+3.2", "-1e5", "-.5", "+7.", "-0"]


@pytest.fixture
def back(tmp_path):
    """Send a table, get it back with results; the bytes."""

    def send(content, names=(), results=lambda chunk: [], size=20_000):
        path = tmp_path / "table.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        answers = tmp_path / "answers.csv"
        schema = pa.schema([(name, pa.string()) for name in names])
        with ExitStack() as stack:
            for k, chunk in enumerate(read_chunks(path, FIELDS, size)):
                if k == 0:
                    write = stack.enter_context(open_answers(answers, chunk.source, schema))
                columns = [pa.array(column, pa.string()) for column in results(chunk)]
                write(chunk.batch, pa.record_batch(columns, schema=schema))
        return answers.read_bytes()

    return send


def cells_of(content, delimiter=","):
    """What a spreadsheet shows."""
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    return list(csv.reader(text, delimiter=delimiter))


@pytest.mark.parametrize("write", [lines, quoted])
def test_all_input_columns_come_back_in_order_with_the_results_behind(back, write):
    rows = [row(Loan_ID=f"LP{k}", LoanAmount="bad" if k == 3 else "128") for k in range(7)]
    content = back(
        write(*rows),
        ["approved", "error"],
        lambda chunk: [["yes"] * len(chunk.errors), [error or "" for error in chunk.errors]],
        size=3,
    )
    table = cells_of(content)
    assert table[0] == [*HEADER, "approved", "error"]
    assert [cells[:12] for cells in table[1:]] == rows
    assert [cells[12] for cells in table[1:]] == ["yes"] * 7
    assert [k for k, cells in enumerate(table[1:]) if cells[13]] == [3]


def test_excel_finds_a_byte_order_mark_and_its_own_line_ends(back):
    content = back(lines(row(Loan_ID="Zoë")).encode("latin-1"))
    assert content.startswith(b"\xef\xbb\xbfLoan_ID,")
    assert content.count(b"\r\n") == content.count(b"\n") == 2
    assert "Zoë".encode() in content


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_the_separator_of_the_file_is_kept(back, delimiter):
    content = back(lines(row(), delimiter=delimiter), ["a"], lambda chunk: [[f"x{delimiter}y"]])
    assert cells_of(content, delimiter)[1] == [*row(), f"x{delimiter}y"]


@pytest.mark.parametrize("cell", FORMULAS)
@pytest.mark.parametrize("write", [lines, quoted])
def test_formulas_are_made_harmless(back, cell, write):
    table = cells_of(back(write(row(Loan_ID=cell), row(), row(Property_Area=cell))))
    assert table[1] == [f"'{cell}", *row()[1:]]
    assert table[3] == [*row()[:-1], f"'{cell}"]


@pytest.mark.parametrize("cell", ["\t=1", "\r=1"])
def test_formulas_behind_a_tab_or_a_line_end_are_made_harmless(back, cell):
    assert cells_of(back(quoted(row(Loan_ID=cell))))[1][0] == f"'{cell}"


@pytest.mark.parametrize("cell", NUMBERS_WITH_SIGNS)
@pytest.mark.parametrize("write", [lines, quoted])
def test_plain_numbers_with_a_sign_stay_as_they_are(back, cell, write):
    rows = [row(Loan_ID=cell), row(Property_Area=cell), row(Loan_ID="=1")]
    table = cells_of(back(write(*rows)))
    assert (table[1], table[2], table[3][0]) == (rows[0], rows[1], "'=1")


def test_a_decimal_comma_with_a_sign_stays_where_semicolons_separate(back):
    table = cells_of(back(lines(row(Loan_ID="-5,5"), row(Loan_ID="-5,5,"), delimiter=";")), ";")
    assert (table[1][0], table[2][0]) == ("-5,5", "'-5,5,")


def test_headers_and_results_are_made_harmless_too(back):
    text = lines(row()).replace("Loan_ID", "=HYPERLINK(1)")
    table = cells_of(back(text, ["+name"], lambda chunk: [["=1+1"]]))
    assert (table[0][0], table[0][12], table[1][12]) == ("'=HYPERLINK(1)", "'+name", "'=1+1")


@pytest.mark.parametrize("cell", ["a,b", 'say "yes"', "two\nlines", "two\r\nlines", ""])
def test_results_may_hold_anything(back, cell):
    content = back(lines(row(), row()), ["why"], lambda chunk: [[cell, "x"]])
    assert [cells[12] for cells in cells_of(content)[1:]] == [cell, "x"]


def test_ragged_rows_come_back_as_wide_as_the_header(back):
    content = back(
        lines(row()[:5], [*row(), "x", "y"], row()), ["ok"], lambda chunk: [["a", "b", "c"]]
    )
    table = cells_of(content)[1:]
    assert table[0] == [*row()[:5], *[""] * 7, "a"]
    assert table[1] == [*row(), "b"] and table[2] == [*row(), "c"]


def test_what_came_back_can_be_sent_again(back, tmp_path):
    path = tmp_path / "again.csv"
    path.write_bytes(back(quoted(row(Loan_ID='Doe, "Jane"')), ["why"], lambda chunk: [["a, b"]]))
    (chunk,) = read_chunks(path, FIELDS)
    assert chunk.table.tolist() == [NUMBERS] and chunk.cells == [
        [*row(Loan_ID='Doe, "Jane"'), "a, b"]
    ]


def test_the_template_is_a_table_of_two_applicants(tmp_path):
    path = tmp_path / "template.csv"
    path.write_text(template((*FIELDS, AGE)), encoding="utf-8", newline="")
    (chunk,) = read_chunks(path, (*FIELDS, AGE))
    assert chunk.header == [field.column for field in (*FIELDS, AGE)]
    assert chunk.errors == [None, None]
    defaults = {field.name: field.default for field in (*FIELDS, AGE)}
    form = read_application((*FIELDS, AGE), defaults).row
    assert str(chunk.table[1].tolist()) == str(form.tolist())
    assert chunk.cells[1].count("") == sum(value is None for value in defaults.values()) == 3
    assert chunk.cells[0].count("") == 0


def test_a_cell_is_quoted_only_where_it_must_be():
    cells = pa.array(["a,b", "a;b", '"'])
    assert cells_in_csv(cells, ";").to_pylist() == ["a,b", '"a;b"', '""""']
