"""The endpoints as tools for language models."""

from __future__ import annotations

import json
from typing import Any

import httpx


def ask(http: httpx.Client, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """One JSON-RPC call over the streamable HTTP transport of MCP."""
    reply = http.post(
        "/mcp/",
        json={"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters},
        headers={"Accept": "application/json, text/event-stream"},
    ).raise_for_status()
    lines = [line for line in reply.text.splitlines() if line.startswith("data:")]
    return dict(json.loads(lines[-1].removeprefix("data:"))["result"])


def test_the_endpoints_are_tools_that_describe_themselves(http: httpx.Client) -> None:
    tools = {tool["name"]: tool for tool in ask(http, "tools/list", {})["tools"]}
    assert sorted(tools) == ["explain", "model", "predict", "predict_batch"]
    assert "Not a diagnosis" in tools["predict"]["description"]
    assert "image" in tools["predict"]["inputSchema"]["properties"]


def test_a_tool_answers(http: httpx.Client) -> None:
    result = ask(http, "tools/call", {"name": "model", "arguments": {}})
    assert not result.get("isError")
    assert "pituitary" in json.dumps(result["content"])
