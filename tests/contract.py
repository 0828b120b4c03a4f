"""The public endpoints of a Space as clients see them, to compare with a recorded contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx


def recorded(path: Path) -> dict[str, Any]:
    """A contract as `described` gives it, from its file."""
    contract: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return contract


def described(http: httpx.Client) -> dict[str, Any]:
    """The named endpoints, without what only describes."""
    return {name: endpoint_shape(endpoint) for name, endpoint in info(http)[0].items()}


def info(http: httpx.Client) -> tuple[dict[str, Any], dict[str, Any]]:
    """What Gradio tells of the named and of the unnamed endpoints."""
    api = http.get("/info").raise_for_status().json()
    return api["named_endpoints"], api["unnamed_endpoints"]


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


def openapi_paths(http: httpx.Client) -> str:
    """All paths of the OpenAPI page in one text."""
    return " ".join(http.get("/openapi.json").raise_for_status().json()["paths"])
