"""The page of a Space that waits for its model, and what becomes of it when another takes over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr
import pytest

from shared.checkpoint.asking import ON_ITS_WAY, Waiting, advice_on
from shared.checkpoint.lock import Lock
from shared.errors import CheckpointError
from shared.page.gradio_internals import FAR, _Functions
from shared.page.uploads import DELETE_UPLOADS
from shared.page.waiting import not_ready, revision_of_waiting, waiting_html, waiting_page

LOCK = Lock("loan", "somebody/<loan>", "c" * 40, {"ml.onnx": "0" * 64})
SAID = "The Hub was not used: <it> is out of order (HTTP 500)."


class Endpoints:
    """A class without an instance."""

    def predict(self, income: float, debts: float | None = None) -> dict[str, float]:
        """Answer for one applicant."""
        return {"sum": income - (debts or 0)}


@pytest.fixture
def waiting() -> Waiting:
    return Waiting(LOCK, SAID)


@pytest.fixture
def page(waiting: Waiting) -> gr.Blocks:
    def register() -> None:
        gr.api(not_ready(Endpoints.predict, waiting), api_name="predict", queue=False)

    return waiting_page(
        waiting, title="Loan", head="<h1>Loan</h1>", register=register, forget=lambda session: None
    )


def test_what_is_sent_meanwhile_is_deleted_as_ever(page: gr.Blocks) -> None:
    assert page.delete_cache == DELETE_UPLOADS
    events = [event for fn in page.fns.values() for _, event in fn.targets]
    assert "unload" in events  # it forgets the values of a page that closes


def test_an_endpoint_keeps_its_parameters_and_refuses_with_the_reason(
    page: gr.Blocks, waiting: Waiting
) -> None:
    described = page.get_api_info()["named_endpoints"]["/predict"]["parameters"]
    assert [parameter["parameter_name"] for parameter in described] == ["income", "debts"]
    function: Callable[..., Any] = not_ready(Endpoints.predict, waiting)
    waiting.why = "It is asked too often."  # the reason is that of the moment
    with pytest.raises(gr.Error, match=r"Not ready, try again .* It is asked too often\."):
        function(1.0, None)


def test_html_in_a_reason_is_text(waiting: Waiting) -> None:
    shown = waiting_html(waiting)
    assert "&lt;it&gt;" in shown and "somebody/&lt;loan&gt;" in shown
    assert 'aria-live="polite"' in shown


def test_the_model_is_said_to_be_on_its_way_unless_the_owner_has_to_act(waiting: Waiting) -> None:
    assert ON_ITS_WAY in revision_of_waiting(waiting)["why"]
    waiting.advice = "The owner of this Space has to check checkpoint.json."
    assert revision_of_waiting(waiting)["why"] == f"{SAID} {waiting.advice}"


def test_a_file_that_stays_another_one_is_a_matter_of_the_owner() -> None:
    assert "look at its log" in advice_on(CheckpointError("ml.onnx is not the locked file"), LOCK)


def test_numbers_of_the_waiting_page_mean_the_same_name_and_are_not_listed(
    page: gr.Blocks,
) -> None:
    with gr.Blocks(analytics_enabled=False) as built:
        gr.api(lambda: "another", api_name="another")
        gr.api(Endpoints().predict, api_name="predict")
    assert min(page.fns) == FAR
    number = next(number for number, fn in page.fns.items() if fn.api_name == "predict")
    functions = _Functions(built.fns, of_before=page.fns)
    assert list(functions) == list(built.fns)
    assert functions[number] is next(fn for fn in built.fns.values() if fn.api_name == "predict")
    with pytest.raises(KeyError):
        functions[FAR - 1]
