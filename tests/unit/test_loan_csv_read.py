"""Tables as people send them: every encoding, separator and mistake, with the numbers they mean."""

import csv
import io
import zipfile

import numpy as np
import pytest
from loan_tables import HEADER, NUMBERS, lines, row, write_sheet, write_xlsx

from shared.errors import InputError
from shared.loan.csv_ids import SeenIds
from shared.loan.csv_read import read_chunks
from shared.loan.fields import FIELDS, Choice, Field

PLACE = {field.column: k for k, field in enumerate(FIELDS)}
AGE = Field("age", "Age", "Applicant's age", "In years.", "number", default=40, highest=120)
ONE = (Field("income", "Income", "Income", "", "number", highest=10),)


@pytest.fixture
def read(tmp_path):
    """Write bytes or text to a file and read it: all rows together."""

    def read_all(content, fields=FIELDS, size=20_000):
        path = tmp_path / "table"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(read_chunks(path, fields, size))

    return read_all


@pytest.fixture
def read_one(read):
    """The only chunk of a small file."""

    def only(content, fields=FIELDS):
        (chunk,) = read(content, fields)
        return chunk

    return only


def refused(read, content, fields=FIELDS):
    with pytest.raises(InputError) as caught:
        read(content, fields)
    return str(caught.value)


def quoted(*rows, **options):
    stream = io.StringIO()
    csv.writer(stream, quoting=csv.QUOTE_ALL, **options).writerows([HEADER, *rows])
    return stream.getvalue()


def test_a_row_becomes_numbers_and_keeps_its_cells(read_one):
    chunk = read_one(lines(row()))
    assert chunk.table.tolist() == [NUMBERS]
    assert (chunk.header, chunk.cells, chunk.errors) == (HEADER, [row()], [None])
    assert (chunk.first_line, chunk.done, chunk.ids) == (2, 1.0, ["LP1"])


def test_other_order_case_and_extra_columns_do_not_matter(read_one):
    cells = dict(zip(HEADER, row(), strict=True))
    header = ["note", *reversed(HEADER)]
    text = ",".join(header).upper() + "\n" + ",".join(["x", *reversed(cells.values())]) + "\n"
    assert read_one(text).table.tolist() == [NUMBERS]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_common_encoding_and_line_end_is_read(read_one, encoding, end):
    chunk = read_one(lines(row(Loan_ID="Zoë"), row(), end=end).encode(encoding))
    assert chunk.table.tolist() == [NUMBERS, NUMBERS]
    assert chunk.ids == ["Zoë", "LP1"]


def test_a_letter_far_behind_in_latin_1_decides_the_encoding(read):
    rows = [*[row() for _ in range(30_000)], row(Loan_ID="Müller")]
    chunks = read(lines(*rows).encode("latin-1"))
    assert chunks[-1].ids[-1] == "Müller"


def test_bytes_that_cp1252_does_not_know_are_read_as_latin_1(read_one):
    assert read_one(lines(row(Loan_ID="\x81")).encode("latin-1")).ids == ["\x81"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_separator_is_found(read_one, delimiter):
    assert read_one(lines(row(), delimiter=delimiter)).table.tolist() == [NUMBERS]


def test_separators_and_quotes_in_the_header_mislead_nobody(read_one):
    text = '"Note; or, remark";' + lines(row(), delimiter=";").replace("\n", "\nhello, you;", 1)
    chunk = read_one(text)
    assert chunk.header[0] == "Note; or, remark" and chunk.table.tolist() == [NUMBERS]


def test_the_line_by_which_excel_is_told_the_separator_is_no_header(read_one):
    assert read_one("sep=;\n" + lines(row(), delimiter=";")).table.tolist() == [NUMBERS]


def test_quotes_separators_and_newlines_in_cells_are_read(read_one):
    name = 'Doe, "Jane"\nof the hill'
    chunk = read_one(quoted(row(Loan_ID=name), row()))
    assert chunk.table.tolist() == [NUMBERS, NUMBERS]
    assert chunk.cells[0][0] == name and chunk.errors == [None, None]


@pytest.mark.parametrize("cell", ["5849", "5849.0", "5849.", " 5849 ", "+5849", "5.849e3", "05849"])
def test_numbers_are_read_however_they_are_written(read_one, cell):
    assert read_one(lines(row(ApplicantIncome=cell))).table.tolist() == [NUMBERS]


@pytest.mark.parametrize("cell", ["0.5", ".5", "123456.75", "12345678", "0", "0.0", "416.9999847"])
def test_a_number_is_what_python_reads(read_one, cell):
    found = read_one(lines(row(ApplicantIncome=cell), row(ApplicantIncome="1"))).table
    assert found[0, PLACE["ApplicantIncome"]] == (
        float(cell) if cell != "12345678" else np.nan
    ) or (
        cell == "12345678" and np.isnan(found[0]).all()  # beyond the bounds
    )


@pytest.mark.parametrize("cell", ["", " ", "NA", "n/a", "null", "None", "-", "nan", "#N/A"])
def test_what_stands_for_nothing_is_not_stated(read_one, cell):
    chunk = read_one(lines(row(LoanAmount=cell, Gender=cell), row()))
    assert np.isnan(chunk.table[0, [PLACE["LoanAmount"], PLACE["Gender"]]]).all()
    assert chunk.errors == [None, None] and np.isnan(chunk.table).sum() == 2


def test_none_is_a_choice_where_a_choice_is_called_so(read_one):
    assert read_one(lines(row(Dependents="None"))).table[0, PLACE["Dependents"]] == 0


@pytest.mark.parametrize(("cell", "index"), [("3+", 3), ("3", 3), ("TWO", 2), (" 1.0 ", 1)])
def test_choices_are_read_by_value_label_and_alias(read_one, cell, index):
    assert read_one(lines(row(Dependents=cell))).table[0, PLACE["Dependents"]] == index


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ApplicantIncome": "abc"}, 'ApplicantIncome is "abc", which is no number.'),
        ({"ApplicantIncome": "1_000"}, 'ApplicantIncome is "1_000", which is no number.'),
        ({"ApplicantIncome": "1 200"}, "Write 1200."),
        ({"ApplicantIncome": "inf"}, 'ApplicantIncome is "inf", which is no number.'),
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
def test_a_bad_row_becomes_an_error_row(read_one, changed, said):
    chunk = read_one(lines(row(), row(**changed), row()))
    assert chunk.errors[0] is None and chunk.errors[2] is None
    assert said in chunk.errors[1]
    assert np.isnan(chunk.table[1]).all()
    assert chunk.table[[0, 2]].tolist() == [NUMBERS, NUMBERS]
    assert chunk.cells == [row(), row(**changed), row()]


def test_all_errors_of_a_row_are_named(read_one):
    (error,) = read_one(lines(row(ApplicantIncome="x", Gender="y"))).errors
    assert 'ApplicantIncome is "x"' in error and 'Gender: there is no choice "y"' in error


def test_an_error_names_the_column_as_the_file_does(read_one):
    text = lines(row(ApplicantIncome="x")).replace("ApplicantIncome", "applicant income")
    assert read_one(text).errors[0].startswith("applicant income is")


@pytest.mark.parametrize("cells", [row()[:-2], [*row(), "x"]])
@pytest.mark.parametrize("write", [lines, quoted])
def test_a_ragged_row_becomes_an_error_row(read_one, cells, write):
    chunk = read_one(write(row(), cells, row()))
    assert f"The row has {len(cells)} cells where the header has 12." in chunk.errors[1]
    assert chunk.table[[0, 2]].tolist() == [NUMBERS, NUMBERS]
    assert chunk.cells[1] == cells


def test_empty_cells_beyond_the_header_do_no_harm(read_one):
    assert read_one(lines([*row(), "", ""], row())).errors == [None, None]


@pytest.mark.parametrize("write", [lines, quoted])
def test_blank_lines_are_left_out_and_rows_keep_their_numbers(read_one, write):
    header, first, second = write(row(), row(Loan_ID="LP2")).splitlines()
    chunk = read_one(f"\n{header}\n{first}\n\n  \n{second}\n\n")
    assert chunk.ids == ["LP1", "LP2"]
    assert list(chunk.numbers) == [3, 6]


def test_a_row_of_separators_alone_is_an_error_row(read_one):
    chunk = read_one(lines(row(), [""] * 12))
    assert "The row is empty" in chunk.errors[1]


def test_a_comma_as_the_decimal_mark_is_read_where_semicolons_separate(read_one):
    text = lines(row(CoapplicantIncome="4500,5", LoanAmount="4,500"), row(), delimiter=";")
    found = read_one(text).table[0, [PLACE["CoapplicantIncome"], PLACE["LoanAmount"]]]
    assert found.tolist() == [4500.5, 4.5]


def test_a_point_that_may_group_thousands_is_an_error_where_semicolons_separate(read_one):
    chunk = read_one(lines(row(LoanAmount="4.500"), row(LoanAmount="128.5"), delimiter=";"))
    assert 'LoanAmount is "4.500", which may mean 4500 or 4.5.' in chunk.errors[0]
    assert chunk.table[1, PLACE["LoanAmount"]] == 128.5


def test_a_comma_in_a_number_is_an_error_where_commas_separate(read_one):
    chunk = read_one(quoted(row(ApplicantIncome="4,500"), row(ApplicantIncome="4500,5")))
    assert 'ApplicantIncome is "4,500", which may mean 4500 or 4.5.' in chunk.errors[0]
    assert "Write 4500.5 with a point." in chunk.errors[1]


def test_a_quote_that_never_closes_costs_one_row_and_not_those_behind_it(read_one):
    named = quoted(row(), row(), row(), row()).splitlines()
    named[2] = named[2].replace('"LP1"', '"LP1')
    named[4] = named[4].replace('"Urban"', '"Urban')
    chunk = read_one("\n".join(named))
    assert [error is None for error in chunk.errors] == [True, False, True, False]
    assert "never closed" in chunk.errors[3]
    assert chunk.table[[0, 2]].tolist() == [NUMBERS, NUMBERS]


def test_a_quote_that_swallows_the_whole_file_is_found(read):
    rows = [row(Loan_ID='"LP0'), *(row() for _ in range(5_000))]
    chunks = read(lines(*rows), size=1_000)
    errors = [error for chunk in chunks for error in chunk.errors]
    assert errors[0].startswith("A quote") and errors[1:] == [None] * 5_000


@pytest.mark.parametrize("write", [lines, quoted])
def test_chunks_follow_each_other_and_tell_how_far_they_are(read, write):
    rows = [row(Loan_ID=f"LP{k}") for k in range(7)]
    chunks = read(write(*rows), size=3)
    assert [len(chunk.table) for chunk in chunks] == [3, 3, 1]
    assert [chunk.first_line for chunk in chunks] == [2, 5, 8]
    assert [cells for chunk in chunks for cells in chunk.cells] == rows
    done = [chunk.done for chunk in chunks]
    assert done == sorted(done) and done[-1] == 1


def test_both_ways_of_reading_find_the_same(read_one):
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
    plain, other = read_one(lines(*rows)), read_one(quoted(*rows))
    np.testing.assert_array_equal(plain.table, other.table)
    assert plain.errors == other.errors and plain.cells == other.cells


def test_ids_that_repeat_are_counted_and_their_rows_answered(read):
    ids = ["LP1", "LP2", "LP1", "", "", "LP3", "LP2", "LP1"]
    seen = SeenIds()
    for chunk in read(lines(*(row(Loan_ID=each) for each in ids)), size=3):
        seen.add(chunk.ids)
        assert chunk.errors == [None] * len(chunk.errors)
    assert seen.repeated(5) == {"LP1": 3, "LP2": 2}
    assert seen.repeated(1) == {"LP1": 3}


def test_ids_that_stand_once_are_not_spoken_of():
    seen = SeenIds()
    assert seen.repeated(5) == {}
    seen.add(["a", "b", "", ""])
    assert seen.repeated(5) == {}


def test_missing_columns_are_refused_by_name(read):
    text = lines(row()).replace("Gender", "Gendre").replace("Married", "zz")
    message = refused(read, text)
    assert "2 columns are missing: Gender, Married." in message
    assert 'Is "Gendre" meant to be Gender?' in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n  \n", "nothing but blank lines"),
        (lines().encode(), "no rows"),
        (lines().encode() + b"\n\n", "no rows"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a PNG picture"),
        (b"%PDF-1.7 text", "a PDF"),
        (bytes(range(256)) * 40, "no text"),
        (b"<html><table></table>", "a web page"),
        (b"\xff\xfea", "damaged or cut short"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "no table that can be read"),
        (b"PK\x03\x04 cut short", "damaged or cut short"),
    ],
)
def test_what_is_no_table_is_refused(read, content, said):
    assert said in refused(read, content)


def test_a_zip_of_other_files_is_no_table(read):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("table.csv", lines(row()))
    assert "a ZIP archive" in refused(read, stream.getvalue())


def test_a_file_that_is_not_there_is_an_error_to_read(tmp_path):
    with pytest.raises(InputError, match=r"'nothing.csv' cannot be read"):
        next(read_chunks(tmp_path / "nothing.csv", FIELDS))


def test_a_million_rows_are_read_and_one_more_is_refused(read):
    chunks = read(b"Income,Note\n" + b"5,\n" * 1_000_000, ONE)
    assert sum(len(chunk.table) for chunk in chunks) == 1_000_000
    assert all((chunk.table == 5).all() for chunk in chunks)
    message = refused(read, b"Income,Note\n" + b"5,\n" * 1_000_001, ONE)
    assert "more than 1,000,000 rows" in message


def test_many_different_wrong_choices_are_all_errors(read_one):
    chunk = read_one(lines(*(row(Gender=f"who {k}") for k in range(300))))
    assert all(f'there is no choice "who {k}"' in e for k, e in enumerate(chunk.errors))


def test_texts_longer_than_two_words_of_the_machine_are_compared_to_the_end(read_one):
    long = [Choice(f"the very same beginning {end}", end) for end in "xyz"]
    field = Field("kind", "Kind", "Kind", "", "choice", choices=tuple(long))
    cells = [choice.value for choice in long]
    found = read_one("Kind,Note\n" + "".join(f"{cell},\n" for cell in cells), (field,))
    assert found.table[:, 0].tolist() == [0, 1, 2]


def test_a_twelfth_field_works_by_adding_it(read_one):
    header, first = lines(row()).splitlines()
    chunk = read_one(f"{header},AGE\n{first},44\n{first},200\n", (*FIELDS, AGE))
    assert chunk.table[0].tolist() == [*NUMBERS, 44]
    assert "AGE is 200; it must lie between 0 and 120." in chunk.errors[1]


def test_a_workbook_is_read_like_a_csv(tmp_path):
    path = tmp_path / "named.csv"  # what the bytes are decides
    as_numbers = [float(cell) if cell.isdigit() else cell for cell in row()]
    write_xlsx(path, HEADER, as_numbers, [None] * 12, [*row(LoanAmount="x")], row())
    (chunk,) = read_chunks(path, FIELDS)
    assert chunk.cells[0] == row() and chunk.table[[0, 2]].tolist() == [NUMBERS, NUMBERS]
    assert list(chunk.numbers) == [2, 4, 5]
    assert chunk.errors[1] == 'LoanAmount is "x", which is no number.'
    assert chunk.done == 1


def test_a_table_may_begin_anywhere_in_the_sheet(tmp_path):
    path = tmp_path / "table.xlsx"
    write_xlsx(path, [None], [None], HEADER, row(), row(LoanAmount="128.5"))
    (chunk,) = read_chunks(path, FIELDS)
    assert list(chunk.numbers) == [4, 5] and chunk.done == 1
    assert chunk.table[1, PLACE["LoanAmount"]] == 128.5


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("", "The first sheet is empty"),
        ('<row r="1"><c r="A1"><v>1</v></c></row>', "no rows"),
        ("<row><c r=\"A1\"><v>1</v></c><c\n r = 'XFD1048576'><v>1</v></c></row>", "at XFD1048576"),
        ('<row r="4294967295"><c><v>1</v></c></row>', "at 4294967295"),
    ],
)
def test_a_workbook_without_a_table_is_refused(tmp_path, rows, said):
    path = tmp_path / "table.xlsx"
    write_sheet(path, rows)
    with pytest.raises(InputError, match=said):
        next(read_chunks(path, FIELDS))
