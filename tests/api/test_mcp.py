"""The endpoints as tools for language models."""

from __future__ import annotations

import json

import httpx
from mcp_calls import ask


def test_the_endpoints_are_tools_that_describe_themselves(http: httpx.Client) -> None:
    tools = {tool["name"]: tool for tool in ask(http, "tools/list", {})["tools"]}
    assert sorted(tools) == ["explain", "model", "predict", "predict_batch"]
    assert "Not a diagnosis" in tools["predict"]["description"]
    assert "image" in tools["predict"]["inputSchema"]["properties"]


def test_a_tool_answers(http: httpx.Client) -> None:
    result = ask(http, "tools/call", {"name": "model", "arguments": {}})
    assert not result.get("isError")
    assert "pituitary" in json.dumps(result["content"])
