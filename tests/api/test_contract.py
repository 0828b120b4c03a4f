"""The recorded contract: a name, a type or a default of the API that changes fails here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx

RECORDED = Path(__file__).parent / "contract.json"


def described(http: httpx.Client) -> dict[str, Any]:
    """The public endpoints as clients see them, without what only describes."""
    endpoints = http.get("/info").raise_for_status().json()["named_endpoints"]
    return {name: endpoint_shape(endpoint) for name, endpoint in endpoints.items()}


def endpoint_shape(endpoint: dict[str, Any]) -> dict[str, Any]:
    """Names, types and defaults of an endpoint."""
    return {
        "parameters": [
            {
                "name": parameter["parameter_name"],
                "type": parameter["type"],
                "required": not parameter["parameter_has_default"],
                "default": parameter["parameter_default"],
            }
            for parameter in endpoint["parameters"]
        ],
        "returns": [returned["type"] for returned in endpoint["returns"]],
    }


def test_the_api_is_as_recorded(http: httpx.Client) -> None:
    assert described(http) == json.loads(RECORDED.read_text(encoding="utf-8"))


def test_only_the_named_endpoints_are_public(http: httpx.Client) -> None:
    info = http.get("/info").raise_for_status().json()
    assert sorted(info["named_endpoints"]) == ["/explain", "/model", "/predict", "/predict_batch"]
    assert info["unnamed_endpoints"] == {}


def test_openapi_lists_every_endpoint(http: httpx.Client) -> None:
    paths = " ".join(http.get("/openapi.json").raise_for_status().json()["paths"])
    for name in json.loads(RECORDED.read_text(encoding="utf-8")):
        assert name in paths
