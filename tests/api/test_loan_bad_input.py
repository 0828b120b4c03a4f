"""What no applicant can have gives an error that says why; the log stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from live_server import Server
from loan_checkpoint import ask
from loan_tables import HEADER, ROW, lines, row, write_xlsx

WRONG = {
    "text": ({"applicant_income": "plenty"}, '"plenty"'),
    "negative": ({"loan_amount": -5}, "-5"),
    "absurd": ({"applicant_income": 2_000_000}, "2,000,000"),
    "a factor of 1,000": ({"loan_amount": 130_000}, "Did you mean 130?"),
    "a decimal comma": ({"loan_amount": "12,5"}, "12.5"),
    "one of two numbers": ({"applicant_income": "4,500"}, "4500 or 4.5"),
    "a spelling": ({"property_area": "rurl"}, '"rural"'),
    "an unknown choice": ({"education": "kindergarten"}, "kindergarten"),
    "a list": ({"loan_term": [360]}, "[360]"),
    "a truth": ({"loan_term": True}, "True"),
    "an object": ({"applicant_income": {"a": 1}}, "{'a': 1}"),
    "a list for a choice": ({"gender": ["female"]}, "female"),
    "a truth for a choice": ({"married": {"a": 2}}, "{'a': 2}"),
    "several": ({"loan_term": -77, "gender": "robot"}, "-77", "robot"),
}
TABLES = {
    "nothing": (b"", "empty"),
    "no rows": (lines().encode(), "no rows"),
    "a missing column": (b"Gender,Married\nMale,Yes\n", "ApplicantIncome"),
    "no header": (lines(row(), row()).split("\n", 1)[1].encode(), "first row"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(99), "PNG"),
}


@pytest.fixture(autouse=True)
def _nothing_is_logged(loan_server: Server) -> Iterator[None]:
    """No traceback, and nothing of what a visitor sent."""
    before = loan_server.log.read_text(encoding="utf-8")
    yield
    assert loan_server.log.read_text(encoding="utf-8") == before


@pytest.mark.parametrize("kind", WRONG)
def test_a_value_that_cannot_be_is_an_error_that_names_it(loan_client: Client, kind: str) -> None:
    values, *words = WRONG[kind]
    with pytest.raises(AppError) as caught:
        loan_client.predict(**values, api_name="/predict")
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize("endpoint", ["predict", "explain", "advise"])
def test_every_endpoint_says_it_and_goes_on(loan_http: httpx.Client, endpoint: str) -> None:
    with pytest.raises(httpx.HTTPStatusError) as caught:
        ask(loan_http, endpoint, {"education": "kindergarten"})
    assert "kindergarten" in caught.value.response.json()["error"]
    assert ask(loan_http, endpoint, {"education": "graduate"})["models"]


def test_what_json_cannot_say_is_refused(loan_http: httpx.Client) -> None:
    content = b'{"data": [NaN' + b", null" * 10 + b"]}"
    headers = {"Content-Type": "application/json"}
    reply = loan_http.post("/run/predict", content=content, headers=headers)
    assert reply.status_code == 500
    assert "nan" in reply.json()["error"]


@pytest.mark.parametrize("kind", TABLES)
def test_a_file_that_is_no_table_is_an_error_that_says_why(
    loan_client: Client, tmp_path: Path, kind: str
) -> None:
    content, reason = TABLES[kind]
    path = tmp_path / "smith-family.csv"
    path.write_bytes(content)
    with pytest.raises(AppError, match=reason):
        loan_client.predict(file=handle_file(str(path)), api_name="/predict_csv")


def test_a_workbook_of_blank_rows_has_no_answers(loan_client: Client, tmp_path: Path) -> None:
    path = tmp_path / "blank.xlsx"
    write_xlsx(path, HEADER, [" "] * len(HEADER))
    with pytest.raises(AppError, match="blank|no rows"):
        loan_client.predict(file=handle_file(str(path)), api_name="/predict_csv")


def test_reasons_are_for_small_tables(loan_client: Client, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text(lines(*[row()] * 1001))
    with pytest.raises(AppError, match="at most 1,000 rows"):
        loan_client.predict(file=handle_file(str(path)), reasons=True, api_name="/predict_csv")


@pytest.mark.parametrize("sent", ["applicants.csv", None, 7, ["x"], ROW])
def test_what_is_no_file_is_refused(loan_client: Client, sent: Any) -> None:
    with pytest.raises(AppError, match="must be a file"):
        loan_client.predict(file=sent, api_name="/predict_csv")


def test_reasons_are_wanted_or_not(loan_client: Client, tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text(lines(row()))
    with pytest.raises(AppError, match='"maybe"'):
        loan_client.predict(file=handle_file(str(path)), reasons="maybe", api_name="/predict_csv")
