"""The only test of what the bundled weights answer: the examples, as their captions promise."""

from __future__ import annotations

import pytest
from gradio_client import Client, handle_file


def test_examples_are_answered_as_expected(client: Client, examples: list[dict[str, str]]) -> None:
    evaluation = client.predict(api_name="/model")["evaluation"] or {}
    if not evaluation.get("classification"):
        pytest.skip("These weights were never evaluated: nothing is promised of them.")
    wrong = []
    for example in examples:
        answer = client.predict(image=handle_file(example["path"]), api_name="/predict")
        answers = answer["prediction_set"] if answer["refusal"] is None else ["refused"]
        if example["expected"] not in answers:
            wrong.append((example["caption"], example["expected"], answers))
    assert wrong == []
