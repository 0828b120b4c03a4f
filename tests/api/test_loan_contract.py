"""The loan Space's recorded contract: a name, a type or a default that changes fails here."""

from __future__ import annotations

from pathlib import Path

import httpx
from contract import described, info, openapi_paths, recorded

RECORDED = Path(__file__).parent / "loan_contract.json"


def test_the_api_is_as_recorded(loan_http: httpx.Client) -> None:
    assert described(loan_http) == recorded(RECORDED)


def test_only_the_named_endpoints_are_public(loan_http: httpx.Client) -> None:
    named, unnamed = info(loan_http)
    assert sorted(named) == [
        "/advise",
        "/explain",
        "/model",
        "/predict",
        "/predict_csv",
        "/schema",
    ]
    assert unnamed == {}


def test_openapi_lists_every_endpoint(loan_http: httpx.Client) -> None:
    paths = openapi_paths(loan_http)
    for name in recorded(RECORDED):
        assert name in paths
