"""Cells of a table, with the numbers they mean, and every mistake in them."""

import numpy as np
import pytest
from loan_tables import HEADER, NUMBERS, lines, row

from shared.errors import InputError
from shared.loan.fields.declared import FIELDS, Choice, Field

PLACE = {field.column: k for k, field in enumerate(FIELDS)}
AGE = Field("age", "Age", "Applicant's age", "In years.", "number", default=40, highest=120)


def test_a_row_becomes_numbers_and_keeps_its_cells(read_chunk):
    chunk = read_chunk(lines(row()))
    assert chunk.table.tolist() == [NUMBERS]
    assert (chunk.header, chunk.cells, chunk.errors) == (HEADER, [row()], [None])
    assert (chunk.numbers[0], chunk.batch.done, chunk.ids) == (2, 1.0, ["LP1"])


def test_other_order_case_and_extra_columns_do_not_matter(read_chunk):
    cells = dict(zip(HEADER, row(), strict=True))
    header = ["note", *reversed(HEADER)]
    text = ",".join(header).upper() + "\n" + ",".join(["x", *reversed(cells.values())]) + "\n"
    assert read_chunk(text).table.tolist() == [NUMBERS]


@pytest.mark.parametrize("cell", ["5849", "5849.0", "5849.", " 5849 ", "+5849", "5.849e3", "05849"])
def test_numbers_are_read_however_they_are_written(read_chunk, cell):
    assert read_chunk(lines(row(ApplicantIncome=cell))).table.tolist() == [NUMBERS]


@pytest.mark.parametrize("cell", ["0.5", ".5", "123456.75", "999999", "0", "0.0", "416.9999847"])
def test_a_number_is_what_python_reads(read_chunk, cell):
    assert read_chunk(lines(row(ApplicantIncome=cell))).table[0, 0] == float(cell)


@pytest.mark.parametrize("cell", ["12345678", "123456789", "12345678.0", "1234567890123456789"])
def test_a_number_of_many_digits_is_not_cut(read_chunk, cell):
    (error,) = read_chunk(lines(row(ApplicantIncome=cell))).errors
    assert error.startswith(f"ApplicantIncome is {float(cell):,.15g} per month;")


@pytest.mark.parametrize("cell", ["", " ", "NA", "n/a", "null", "None", "-", "nan", "#N/A"])
def test_what_stands_for_nothing_is_not_stated(read_chunk, cell):
    chunk = read_chunk(lines(row(LoanAmount=cell, Gender=cell), row()))
    assert np.isnan(chunk.table[0, [PLACE["LoanAmount"], PLACE["Gender"]]]).all()
    assert chunk.errors == [None, None] and np.isnan(chunk.table).sum() == 2


def test_none_is_a_choice_where_a_choice_is_called_so(read_chunk):
    assert read_chunk(lines(row(Dependents="None"))).table[0, PLACE["Dependents"]] == 0


@pytest.mark.parametrize(("cell", "index"), [("3+", 3), ("3", 3), ("TWO", 2), (" 1.0 ", 1)])
def test_choices_are_read_by_value_label_and_alias(read_chunk, cell, index):
    assert read_chunk(lines(row(Dependents=cell))).table[0, PLACE["Dependents"]] == index


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ApplicantIncome": "abc"}, 'ApplicantIncome is "abc", which is not a number.'),
        ({"ApplicantIncome": "1_000"}, 'ApplicantIncome is "1_000", which is not a number.'),
        ({"ApplicantIncome": "1 200"}, "Write 1200."),
        ({"ApplicantIncome": "inf"}, 'ApplicantIncome is "inf", which is not a number.'),
        ({"ApplicantIncome": "1e400"}, "1e400"),
        ({"ApplicantIncome": "-5"}, "-5 per month; it must lie between 0 and 1,000,000"),
        ({"LoanAmount": "128000"}, "Did you mean 128?"),
        ({"Property_Area": "Urbn"}, 'there is no choice "Urbn". Choose urban,'),
        ({"Property_Area": "Urbn"}, 'Did you mean "urban"?'),
        ({"Education": "a very long answer"}, 'Education: there is no choice "a very long answer"'),
        ({"Loan_ID": "x" * 10_001}, "A cell has 10,001 characters; at most 10,000 are read."),
        ({"Loan_ID": "a\0b"}, "NUL"),
    ],
)
def test_a_bad_row_becomes_an_error_row(read_chunk, changed, reason):
    chunk = read_chunk(lines(row(), row(**changed), row()))
    assert chunk.errors[0] is None and chunk.errors[2] is None
    assert reason in chunk.errors[1]
    assert np.isnan(chunk.table[1]).all()
    assert chunk.table[[0, 2]].tolist() == [NUMBERS, NUMBERS]
    assert chunk.cells == [row(), row(**changed), row()]


def test_all_errors_of_a_row_are_named(read_chunk):
    (error,) = read_chunk(lines(row(ApplicantIncome="x", Gender="y"))).errors
    assert 'ApplicantIncome is "x"' in error and 'Gender: there is no choice "y"' in error


def test_an_error_names_the_column_as_the_file_does(read_chunk):
    text = lines(row(ApplicantIncome="x")).replace("ApplicantIncome", "applicant income")
    assert read_chunk(text).errors[0].startswith("applicant income is")


def test_missing_columns_are_refused_by_name(read_table):
    text = lines(row()).replace("Gender", "Gendre").replace("Married", "zz")
    with pytest.raises(InputError) as caught:
        read_table(text)
    message = str(caught.value)
    assert "2 columns are missing: Gender, Married." in message
    assert 'Is "Gendre" meant to be Gender?' in message


def test_many_different_wrong_choices_are_all_errors(read_chunk):
    chunk = read_chunk(lines(*(row(Gender=f"who {k}") for k in range(300))))
    assert all(f'there is no choice "who {k}"' in e for k, e in enumerate(chunk.errors))


def test_texts_longer_than_two_words_of_the_machine_are_compared_to_the_end(read_chunk):
    long = [Choice(f"the very same beginning {end}", end) for end in "xyz"]
    field = Field("kind", "Kind", "Kind", "", "choice", choices=tuple(long))
    cells = [choice.value for choice in long]
    chunk = read_chunk("Kind,Note\n" + "".join(f"{cell},\n" for cell in cells), (field,))
    assert chunk.table[:, 0].tolist() == [0, 1, 2]


def test_a_twelfth_field_works_by_adding_it(read_chunk):
    header, first = lines(row()).splitlines()
    chunk = read_chunk(f"{header},AGE\n{first},44\n{first},200\n", (*FIELDS, AGE))
    assert chunk.table[0].tolist() == [*NUMBERS, 44]
    assert "AGE is 200; it must lie between 0 and 120." in chunk.errors[1]
