"""Tables from Excel and OpenDocument, and workbooks that would bring the process down."""

import zipfile

import pytest
from loan_tables import HEADER, NUMBERS, row, write_sheet, write_xlsx

from shared.errors import InputError
from shared.loan.fields.declared import FIELDS
from shared.loan.table.reading import read_chunks

PLACE = {field.column: k for k, field in enumerate(FIELDS)}


def test_a_workbook_is_read_like_a_csv(tmp_path):
    path = tmp_path / "named.csv"  # what the bytes are decides
    as_numbers = [float(cell) if cell.isdigit() else cell for cell in row()]
    write_xlsx(path, HEADER, as_numbers, [None] * 12, [*row(LoanAmount="x")], row())
    (chunk,) = read_chunks(path, FIELDS)
    assert chunk.cells[0] == row() and chunk.table[[0, 2]].tolist() == [NUMBERS, NUMBERS]
    assert list(chunk.numbers) == [2, 4, 5]
    assert chunk.errors[1] == 'LoanAmount is "x", which is not a number.'
    assert chunk.batch.done == 1


def test_a_table_may_begin_anywhere_in_the_sheet(tmp_path):
    path = tmp_path / "table.xlsx"
    write_xlsx(path, [None], [None], HEADER, row(), row(LoanAmount="128.5"))
    (chunk,) = read_chunks(path, FIELDS)
    assert list(chunk.numbers) == [4, 5] and chunk.batch.done == 1
    assert chunk.table[1, PLACE["LoanAmount"]] == 128.5


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("", "The first sheet is empty"),
        ('<row r="1"><c r="A1"><v>1</v></c></row>', "no rows"),
        ("<row><c r=\"A1\"><v>1</v></c><c\n r = 'XFD1048576'><v>1</v></c></row>", "at XFD1048576"),
        ('<row r="4294967295"><c><v>1</v></c></row>', "at 4294967295"),
    ],
)
def test_a_workbook_without_a_table_is_refused(tmp_path, rows, reason):
    path = tmp_path / "table.xlsx"
    write_sheet(path, rows)
    with pytest.raises(InputError, match=reason):
        next(read_chunks(path, FIELDS))


OPEN_DOCUMENT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="A">{rows}</table:table>'
    "</office:spreadsheet></office:body></office:document-content>"
)


def write_ods(path, content):
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)


def ods_row(cells):
    texts = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        for cell in cells
    )
    return f"<table:table-row>{texts}</table:table-row>"


def test_an_open_document_is_read(tmp_path):
    path = tmp_path / "table.ods"
    write_ods(path, OPEN_DOCUMENT.format(rows=ods_row(HEADER) + ods_row(row())))
    (chunk,) = read_chunks(path, FIELDS)
    assert chunk.table.tolist() == [NUMBERS]


def test_an_open_document_that_the_library_would_read_for_ever_is_refused(tmp_path):
    path = tmp_path / "table.ods"
    write_ods(path, OPEN_DOCUMENT.format(rows=ods_row(HEADER)).replace("</table:table>", ""))
    with pytest.raises(InputError, match="damaged or cut short"):
        next(read_chunks(path, FIELDS))
