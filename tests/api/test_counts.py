"""Too few or too many values for an endpoint: the caller is told, the log says nothing."""

from __future__ import annotations

import httpx
import pytest
from live_server import Server

SECRET = 424242


@pytest.mark.parametrize("values", [[SECRET], [SECRET] * 12, []])
def test_the_loan_space_counts_the_values(
    loan_server: Server, loan_http: httpx.Client, values: list[int]
) -> None:
    check(loan_server, loan_http, values, 11)


@pytest.mark.parametrize("values", [[], [SECRET], [SECRET] * 3])
def test_the_tumor_space_counts_the_values(
    server: Server, http: httpx.Client, values: list[int]
) -> None:
    check(server, http, values, 2)


def check(server: Server, http: httpx.Client, values: list[int], wanted: int) -> None:
    before = server.log.read_text(encoding="utf-8")
    answer = http.post("/run/predict", json={"data": values})
    assert answer.status_code == 500
    assert f"predict takes {wanted} values in their order; {len(values)} came" in answer.text
    assert server.log.read_text(encoding="utf-8") == before
