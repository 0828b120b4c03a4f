"""The recorded contract: a name, a type or a default of the API that changes fails here."""

from __future__ import annotations

from pathlib import Path

import httpx
from contract import described, info, openapi_paths, recorded

RECORDED = Path(__file__).parent / "contract.json"


def test_the_api_is_as_recorded(http: httpx.Client) -> None:
    assert described(http) == recorded(RECORDED)


def test_only_the_named_endpoints_are_public(http: httpx.Client) -> None:
    named, unnamed = info(http)
    assert sorted(named) == ["/explain", "/model", "/predict", "/predict_batch"]
    assert unnamed == {}


def test_openapi_lists_every_endpoint(http: httpx.Client) -> None:
    paths = openapi_paths(http)
    for name in recorded(RECORDED):
        assert name in paths
