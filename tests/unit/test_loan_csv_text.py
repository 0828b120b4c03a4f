"""Files as people send them: every encoding and separator, and what is not a table."""

import io
import zipfile

import pytest
from loan_tables import NUMBERS, lines, quoted, row

from shared.errors import InputError
from shared.loan.fields.declared import FIELDS
from shared.loan.table.reading import read_chunks

PLACE = {field.column: k for k, field in enumerate(FIELDS)}


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_common_encoding_and_line_end_is_read(read_chunk, encoding, end):
    chunk = read_chunk(lines(row(Loan_ID="Zoë"), row(), end=end).encode(encoding))
    assert chunk.table.tolist() == [NUMBERS, NUMBERS]
    assert chunk.ids == ["Zoë", "LP1"]


def test_a_letter_far_behind_in_latin_1_decides_the_encoding(read_table):
    rows = [*[row() for _ in range(30_000)], row(Loan_ID="Müller")]
    chunks = read_table(lines(*rows).encode("latin-1"))
    assert chunks[-1].ids[-1] == "Müller"


def test_bytes_that_cp1252_does_not_know_are_read_as_latin_1(read_chunk):
    assert read_chunk(lines(row(Loan_ID="\x81")).encode("latin-1")).ids == ["\x81"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_separator_is_found(read_chunk, delimiter):
    assert read_chunk(lines(row(), delimiter=delimiter)).table.tolist() == [NUMBERS]


def test_separators_and_quotes_in_the_header_mislead_nobody(read_chunk):
    text = '"Note; or, remark";' + lines(row(), delimiter=";").replace("\n", "\nhello, you;", 1)
    chunk = read_chunk(text)
    assert chunk.header[0] == "Note; or, remark" and chunk.table.tolist() == [NUMBERS]


def test_the_line_by_which_excel_is_told_the_separator_is_no_header(read_chunk):
    assert read_chunk("sep=;\n" + lines(row(), delimiter=";")).table.tolist() == [NUMBERS]


def test_a_comma_as_the_decimal_mark_is_read_where_semicolons_separate(read_chunk):
    text = lines(row(CoapplicantIncome="4500,5", LoanAmount="4,500"), row(), delimiter=";")
    numbers = read_chunk(text).table[0, [PLACE["CoapplicantIncome"], PLACE["LoanAmount"]]]
    assert numbers.tolist() == [4500.5, 4.5]


def test_a_point_that_may_group_thousands_is_an_error_where_semicolons_separate(read_chunk):
    chunk = read_chunk(lines(row(LoanAmount="4.500"), row(LoanAmount="128.5"), delimiter=";"))
    assert 'LoanAmount is "4.500", which may mean 4500 or 4.5.' in chunk.errors[0]
    assert chunk.table[1, PLACE["LoanAmount"]] == 128.5


def test_a_comma_in_a_number_is_an_error_where_commas_separate(read_chunk):
    chunk = read_chunk(quoted(row(ApplicantIncome="4,500"), row(ApplicantIncome="4500,5")))
    assert 'ApplicantIncome is "4,500", which may mean 4500 or 4.5.' in chunk.errors[0]
    assert "Write 4500.5 with a point." in chunk.errors[1]


@pytest.mark.parametrize(
    ("content", "reason"),
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
def test_what_is_not_a_table_is_refused(read_table, content, reason):
    with pytest.raises(InputError) as caught:
        read_table(content)
    assert reason in str(caught.value)


def test_a_zip_of_other_files_is_no_table(read_table):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("table.csv", lines(row()))
    with pytest.raises(InputError) as caught:
        read_table(stream.getvalue())
    assert "a ZIP archive" in str(caught.value)


def test_a_file_that_is_not_there_is_an_error_to_read(tmp_path):
    with pytest.raises(InputError, match=r"'nothing.csv' cannot be read"):
        next(read_chunks(tmp_path / "nothing.csv", FIELDS))
