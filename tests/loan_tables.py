"""Tables of simulated applicants for tests, as CSV and as workbooks."""

import csv
import io
import zipfile
from xml.sax.saxutils import escape

from shared.loan.fields.declared import FIELDS

ROW = {
    "Loan_ID": "LP1", "Gender": "Male", "Married": "Yes", "Dependents": "0",
    "Education": "Not Graduate", "Self_Employed": "No", "ApplicantIncome": "5849",
    "CoapplicantIncome": "0", "LoanAmount": "128", "Loan_Amount_Term": "360",
    "Credit_History": "1", "Property_Area": "Urban",
}  # fmt: skip
HEADER = list(ROW)
VALUES = {  # what ROW means, in the order of the fields
    "applicant_income": 5849.0, "coapplicant_income": 0.0, "loan_amount": 128.0,
    "loan_term": 360.0, "credit_history": 0.0, "property_area": 0.0, "education": 1.0,
    "self_employed": 1.0, "gender": 1.0, "married": 0.0, "dependents": 0.0,
}  # fmt: skip
NUMBERS = [VALUES[field.name] for field in FIELDS]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def row(**changed):
    """The cells of ROW with some of them changed."""
    return list({**ROW, **changed}.values())


def lines(*rows, delimiter=",", end="\n"):
    """A CSV of a header and rows of cells, without any quoting."""
    return "".join(delimiter.join(cells) + end for cells in (HEADER, *rows))


def quoted(*rows):
    """The same with every cell in quotes."""
    stream = io.StringIO()
    csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([HEADER, *rows])
    return stream.getvalue()


def write_xlsx(path, *rows):
    """A workbook of one sheet; cells are text, floats, or None."""
    write_sheet(path, "".join(_row(at, cells) for at, cells in enumerate(rows, 1)))


def write_sheet(path, rows):
    """A workbook whose one sheet holds the XML of some rows."""
    kind = f"{OFFICE}/officeDocument"
    sheet_kind = f"{OFFICE}/worksheet"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": _relation(kind, "xl/workbook.xml"),
        "xl/_rels/workbook.xml.rels": _relation(sheet_kind, "worksheets/sheet1.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>'
        "</worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, f'<?xml version="1.0"?>{content}')


def _relation(kind, target):
    relation = f'<Relationship Id="r1" Type="{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{PACKAGE}/relationships">{relation}</Relationships>'


def _row(at, cells):
    return f'<row r="{at}">{"".join(_cell(at, k, cell) for k, cell in enumerate(cells))}</row>'


def _cell(at, column, cell):
    place = f"{chr(ord('A') + column)}{at}"
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f'<c r="{place}"><v>{cell!r}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
