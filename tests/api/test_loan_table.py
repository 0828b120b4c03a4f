"""A table in, the same table with answers out: `/predict_csv`, file by file."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from gradio_client import Client, handle_file
from live_server import Server
from loan_checkpoint import Values, ask, predictor, probabilities, simulated
from loan_tables import HEADER, lines, row, write_xlsx

COLUMNS = {field.name: field.column for field in predictor().decision.fields}
RESULTS = [
    "loan_answer", "loan_ml_probability", "loan_ann_probability", "loan_note", "loan_error",
    "loan_revision",
]  # fmt: skip
ROUNDED = 6e-5  # probabilities are written with four digits

Table = list[dict[str, str]]


def answered(client: Client, path: Path, **settings: Any) -> Table:
    """The rows that come back."""
    result = client.predict(file=handle_file(str(path)), api_name="/predict_csv", **settings)
    text = Path(result).read_text(encoding="utf-8-sig")
    delimiter = ";" if ";" in text.splitlines()[0] else ","
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def given(tmp_path: Path, content: str, encoding: str = "utf-8") -> Path:
    """A file as a visitor has it."""
    path = tmp_path / "applicants.csv"
    path.write_bytes(content.encode(encoding))
    return path


def written(applicants: list[Values]) -> str:
    """Applicants as a CSV with a column that is of no field, and the fields' columns reversed."""
    stream = io.StringIO()
    names = list(reversed(COLUMNS))
    writer = csv.writer(stream)
    writer.writerow(["Remark", *(COLUMNS[name].upper() for name in names)])
    for at, values in enumerate(applicants):
        cells = ["" if values[name] is None else values[name] for name in names]
        writer.writerow([f"no. {at}, quoted", *cells])
    return stream.getvalue()


def test_every_row_is_answered_as_an_applicant_alone(loan_client: Client, tmp_path: Path) -> None:
    applicants = [*simulated(approved=True)[:20], *simulated(approved=False)[:20]]
    rows = answered(loan_client, given(tmp_path, written(applicants)))
    assert [cells["Remark"] for cells in rows] == [f"no. {k}, quoted" for k in range(40)]
    for values, cells in zip(applicants, rows, strict=True):
        alone = probabilities(values)
        assert float(cells["loan_ml_probability"]) == pytest.approx(alone["ml"], abs=ROUNDED)
        assert float(cells["loan_ann_probability"]) == pytest.approx(alone["ann"], abs=ROUNDED)
        for name, column in COLUMNS.items():
            sent = "" if values[name] is None else str(values[name])
            assert cells[column.upper()] == sent
    assert {"approve"} < {cells["loan_answer"] for cells in rows}


def test_the_same_answer_as_from_predict(
    loan_client: Client, loan_http: httpx.Client, tmp_path: Path
) -> None:
    applicants = simulated(approved=False)[:8]
    rows = answered(loan_client, given(tmp_path, written(applicants)))
    for values, cells in zip(applicants, rows, strict=True):
        answer = ask(loan_http, "predict", values)
        assert cells["loan_answer"] == answer["answer"]
        assert answer["revision"]["revision"].startswith(cells["loan_revision"])


def test_the_columns_of_the_input_come_first_then_the_results(
    loan_client: Client, tmp_path: Path
) -> None:
    (only,) = answered(loan_client, given(tmp_path, lines(row())))
    assert list(only) == [*HEADER, *RESULTS]
    assert [only[name] for name in HEADER] == row()


def test_a_bad_row_becomes_an_error_row_and_the_others_are_answered(
    loan_client: Client, tmp_path: Path
) -> None:
    table = lines(row(Loan_ID="a"), row(Loan_ID="b", LoanAmount="much"), ["c", "Male"], row())
    rows = answered(loan_client, given(tmp_path, table))
    assert [cells["Loan_ID"] for cells in rows] == ["a", "b", "c", "LP1"]
    assert [cells["loan_answer"] == "error" for cells in rows] == [False, True, True, False]
    assert "LoanAmount" in rows[1]["loan_error"] and '"much"' in rows[1]["loan_error"]
    assert rows[1]["LoanAmount"] == "much"
    assert rows[1]["loan_ml_probability"] == rows[2]["loan_ann_probability"] == ""
    for name in RESULTS:
        assert rows[0][name] == rows[3][name]


def test_a_number_beyond_the_training_data_has_a_note(loan_client: Client, tmp_path: Path) -> None:
    table = lines(row(ApplicantIncome="900000"), row())
    far, near = answered(loan_client, given(tmp_path, table))
    assert "ApplicantIncome" in far["loan_note"]
    assert near["loan_note"] == ""


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
def test_semicolons_and_any_encoding_come_back_as_semicolons(
    loan_client: Client, tmp_path: Path, encoding: str
) -> None:
    table = lines(row(Loan_ID="Zoë", ApplicantIncome="4500,5"), delimiter=";", end="\r\n")
    (only,) = answered(loan_client, given(tmp_path, table, encoding))
    assert (only["Loan_ID"], only["ApplicantIncome"]) == ("Zoë", "4500,5")
    (other,) = answered(loan_client, given(tmp_path, lines(row(ApplicantIncome="4500.5"))))
    assert [only[name] for name in RESULTS] == [other[name] for name in RESULTS]


def test_excel_is_read_too(loan_client: Client, tmp_path: Path) -> None:
    path = tmp_path / "applicants.xlsx"
    cells = [float(cell) if cell.isdigit() else cell for cell in row()]
    write_xlsx(path, HEADER, cells, row(Property_Area="moon"))
    first, second = answered(loan_client, path)
    (same,) = answered(loan_client, given(tmp_path, lines(row())))
    assert first == same
    assert '"moon"' in second["loan_error"]


def test_formulas_come_back_harmless(loan_client: Client, tmp_path: Path) -> None:
    table = lines(row(Loan_ID="=1+1"), row(Loan_ID="@x"), row(Loan_ID="-5"))
    rows = answered(loan_client, given(tmp_path, table))
    assert [cells["Loan_ID"] for cells in rows] == ["'=1+1", "'@x", "-5"]


def test_quotes_and_line_breaks_in_cells_come_back(loan_client: Client, tmp_path: Path) -> None:
    cell = 'said "yes",\nthen left'
    quoted = '"' + cell.replace('"', '""') + '"'
    rows = answered(loan_client, given(tmp_path, lines(row(Loan_ID=quoted), row())))
    assert [cells["Loan_ID"] for cells in rows] == [cell, "LP1"]
    assert [cells["loan_error"] for cells in rows] == ["", ""]


def test_each_row_gets_the_reasons_that_explain_gives(
    loan_client: Client, loan_http: httpx.Client, tmp_path: Path
) -> None:
    applicants = simulated(approved=False)[:2]
    table = written(applicants).rstrip() + "\r\nbad,x\r\n"
    rows = answered(loan_client, given(tmp_path, table), reasons=True)
    wanted = [" ".join(ask(loan_http, "explain", values)["reasons"]) for values in applicants]
    assert [cells["loan_reasons"] for cells in rows] == [*wanted, ""]


def test_the_template_is_read_back(loan_client: Client, tmp_path: Path) -> None:
    template = loan_client.predict(api_name="/schema")["csv_template"]
    full, defaults = answered(loan_client, given(tmp_path, template))
    assert full["loan_error"] == defaults["loan_error"] == ""
    values = {field.name: field.default for field in predictor().decision.fields}
    share = probabilities(values)["ann"]
    assert float(defaults["loan_ann_probability"]) == pytest.approx(share, abs=ROUNDED)


def test_the_same_by_plain_http(loan_http: httpx.Client, tmp_path: Path) -> None:
    path = given(tmp_path, lines(row()))
    with path.open("rb") as file:
        (sent,) = loan_http.post("/upload", files={"files": file}).raise_for_status().json()
    data = [{"path": sent, "meta": {"_type": "gradio.FileData"}}, False]
    event = loan_http.post("/call/predict_csv", json={"data": data}).json()["event_id"]
    reply = loan_http.get(f"/call/predict_csv/{event}").text
    (result,) = json.loads(reply.split("data: ")[1])
    assert "loan_answer" in httpx.get(result["url"]).text


def test_a_file_of_the_server_is_not_read(loan_http: httpx.Client, loan_server: Server) -> None:
    stolen = {"path": str(loan_server.log), "meta": {"_type": "gradio.FileData"}}
    event = loan_http.post("/call/predict_csv", json={"data": [stolen, False]}).json()["event_id"]
    reply = loan_http.get(f"/call/predict_csv/{event}").text
    assert reply.startswith("event: error")
    assert "checkpoint" not in reply


def test_parquet_is_answered_with_parquet(loan_client: Client, tmp_path: Path) -> None:
    path = tmp_path / "applicants.parquet"
    numbers = [int(cell) if cell.isdigit() else cell for cell in row(Dependents="two")]
    bad = {**dict(zip(HEADER, numbers, strict=True)), "Property_Area": "moon"}
    sent = pa.Table.from_pylist([dict(zip(HEADER, numbers, strict=True)), bad])
    pq.write_table(sent, path)
    result = loan_client.predict(file=handle_file(str(path)), api_name="/predict_csv")
    assert Path(result).suffix == ".parquet"
    back = pq.read_table(result)
    assert back.schema.names == [*HEADER, *RESULTS] and back.select(HEADER) == sent
    first, second = back.to_pylist()
    (same,) = answered(loan_client, given(tmp_path, lines(row(Dependents="two"))))
    for name in RESULTS[1:3]:
        assert first[name] == pytest.approx(float(same[name]), abs=ROUNDED)
        assert second[name] is None
    assert first["loan_answer"] == same["loan_answer"] and '"moon"' in second["loan_error"]
