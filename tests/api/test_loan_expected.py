"""The only test of what the loan weights answer: the examples, as training recorded them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from loan_checkpoint import ask


def test_examples_are_answered_as_expected(
    loan_http: httpx.Client, loan_examples: list[dict[str, Any]]
) -> None:
    if not loan_examples:
        pytest.skip("This checkpoint has no examples: nothing is promised of it.")
    wrong = []
    for example in loan_examples:
        answer = ask(loan_http, "predict", example["values"])
        approves = {key: model["approves"] for key, model in answer["models"].items()}
        if approves != example["expected"]:
            wrong.append((example["caption"], example["expected"], approves))
    assert wrong == []
