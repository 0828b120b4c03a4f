"""Calls over the streamable HTTP transport of MCP."""

from __future__ import annotations

import json
from typing import Any

import httpx


def ask(http: httpx.Client, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """One JSON-RPC call.

    Args:
        http: against a Space's API.
        method: of MCP: "tools/list".
        parameters: of the method.
    """
    reply = http.post(
        "/mcp/",
        json={"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters},
        headers={"Accept": "application/json, text/event-stream"},
    ).raise_for_status()
    lines = [line for line in reply.text.splitlines() if line.startswith("data:")]
    return dict(json.loads(lines[-1].removeprefix("data:"))["result"])
