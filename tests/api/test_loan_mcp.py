"""The loan Space's endpoints as tools for language models."""

from __future__ import annotations

import json

import httpx
from loan_checkpoint import predictor
from mcp_calls import ask

FIELDS = predictor().decision.fields


def test_the_endpoints_are_tools_that_describe_themselves(loan_http: httpx.Client) -> None:
    tools = {tool["name"]: tool for tool in ask(loan_http, "tools/list", {})["tools"]}
    assert sorted(tools) == ["advise", "explain", "model", "predict", "predict_csv", "schema"]
    for name in ("advise", "explain", "predict", "predict_csv"):
        assert "Not a lending decision" in tools[name]["description"]
    told = tools["predict"]["inputSchema"]["properties"]
    assert list(told) == [field.name for field in FIELDS]
    for field in FIELDS:
        assert field.label in told[field.name]["description"]
        assert all(value in json.dumps(told[field.name]) for value in field.values)


def test_a_tool_answers(loan_http: httpx.Client) -> None:
    asked = {"name": "predict", "arguments": {"credit_history": "bad"}}
    result = ask(loan_http, "tools/call", asked)
    assert not result.get("isError")
    assert "probability" in json.dumps(result["content"])


def test_a_tool_says_what_is_wrong(loan_http: httpx.Client) -> None:
    asked = {"name": "predict", "arguments": {"loan_amount": 130000}}
    result = ask(loan_http, "tools/call", asked)
    assert result["isError"]
    assert "Did you mean 130?" in json.dumps(result["content"])


def test_a_path_of_the_server_is_no_file(loan_http: httpx.Client) -> None:
    asked = {"name": "predict_csv", "arguments": {"file": "/etc/hostname"}}
    result = ask(loan_http, "tools/call", asked)
    assert result["isError"]
    assert "provide a url" in json.dumps(result["content"])
