"""Another checkpoint takes over a page that is being served, with pages of a few lines."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from live_server import free_port
from mcp_calls import ask

from shared.checkpoint.loading import Opened
from shared.checkpoint.source import LoadedCheckpoint
from shared.errors import CheckpointError
from shared.page.gradio_internals import put_in
from shared.page.launch import follow
from shared.page.uploads import forget_on_close

OLD = LoadedCheckpoint(Path("old"), "bundled", "old", "0" * 64, None, "The Hub was late.")
NEW = replace(OLD, source="hub", revision="new", repository="somebody/model", why="It came.")
PRIVATE: dict[str, Any] = {"api_visibility": "private"}
asked_to_go_on = threading.Event()


def build(loaded: LoadedCheckpoint) -> gr.Blocks:
    """A page on which everything tells the revision."""

    def quick() -> str:
        """Tell the revision."""
        return loaded.revision

    def slow() -> str:
        """Tell the revision once somebody says so."""
        asked_to_go_on.wait(30)
        return loaded.revision

    if loaded.revision == "old":

        def applicant(income: float) -> float:
            """Answer from the old fields."""
            return income

    else:

        def applicant(income: float, debts: float) -> float:  # type: ignore[misc]
            """Answer from the new fields."""
            return income - debts

    def fill() -> str:
        return loaded.revision

    def steps() -> Iterator[str]:
        """Tell the revision twice."""
        yield f"begun by {loaded.revision}"
        asked_to_go_on.wait(30)
        yield f"ended by {loaded.revision}"

    with gr.Blocks(title=loaded.revision, delete_cache=(60, 300), analytics_enabled=False) as page:
        shown = gr.HTML(loaded.revision)
        forget_on_close(page, lambda session: None)
        page.load(fill, outputs=shown, queue=False, **PRIVATE)
        gr.api(quick, api_name="quick", queue=False)
        gr.api(applicant, api_name="applicant", queue=False)
        gr.api(slow, api_name="slow")
        gr.api(steps, api_name="steps")
    return page


@pytest.fixture
def page() -> Iterator[gr.Blocks]:
    asked_to_go_on.clear()
    blocks = build(OLD)
    blocks.queue(api_open=False)
    blocks.launch(
        server_port=free_port(), prevent_thread_lock=True, quiet=True, mcp_server=True,
        state_session_capacity=7, show_error=False, ssr_mode=False,
    )  # fmt: skip
    yield blocks
    asked_to_go_on.set()
    blocks.close(verbose=False)


def take_over(page: gr.Blocks) -> None:
    """Let the new checkpoint arrive, and return when it answers."""
    follow(Opened(page, OLD, build, lambda: NEW), lambda loaded: None)
    end = time.monotonic() + 30
    while run(page, "quick") != "new":
        assert time.monotonic() < end
        time.sleep(0.02)


def run(page: gr.Blocks, name: str, **more: Any) -> Any:
    """Call a function past the queue."""
    address = f"{page.local_url}gradio_api/run/{name}"
    reply = httpx.post(address, json={"data": [], **more}, timeout=30)
    return reply.raise_for_status().json()["data"][0]


def test_whoever_asks_after_it_gets_the_new_one(page: gr.Blocks) -> None:
    client = Client(str(page.local_url), verbose=False)
    assert run(page, "quick") == client.predict(api_name="/quick") == "old"
    take_over(page)
    assert client.predict(api_name="/quick") == "new"
    assert httpx.get(f"{page.local_url}config").json()["title"] == "new"
    shown = [block for block in page.blocks.values() if isinstance(block, gr.HTML)]
    assert [block.value for block in shown] == ["new"]


def test_what_is_under_way_ends_with_the_checkpoint_it_began_with(page: gr.Blocks) -> None:
    client = Client(str(page.local_url), verbose=False)
    under_way = [client.submit(api_name="/slow") for _ in range(3)]  # one runs, the others wait
    in_steps = client.submit(api_name="/steps")
    end = time.monotonic() + 30
    while len(page._queue.event_ids_to_events) < 4 or not in_steps.outputs():
        assert time.monotonic() < end
        time.sleep(0.02)
    take_over(page)
    asked_to_go_on.set()
    assert [job.result(30) for job in under_way] == ["old"] * 3
    in_steps.result(30)
    assert in_steps.outputs() == ["begun by old", "ended by old"]
    assert client.predict(api_name="/slow") == "new"


def test_an_open_page_keeps_its_events_and_a_new_one_has_the_new(page: gr.Blocks) -> None:
    load = next(n for n, fn in page.fns.items() if any(t[1] == "load" for t in fn.targets))
    assert run(page, "predict", fn_index=load, session_hash="open") == "old"
    take_over(page)
    assert run(page, "predict", fn_index=load, session_hash="open") == "old"
    assert run(page, "predict", fn_index=load, session_hash="another") == "new"


def test_mcp_answers_from_the_new_one(page: gr.Blocks) -> None:
    with httpx.Client(base_url=f"{page.local_url}gradio_api", timeout=30) as http:
        call = {"name": "quick", "arguments": {}}
        assert ask(http, "tools/call", call)["content"][0]["text"] == "old"
        take_over(page)
        assert ask(http, "tools/call", call)["content"][0]["text"] == "new"


def test_new_parameters_are_described_and_taken(page: gr.Blocks) -> None:
    with httpx.Client(base_url=f"{page.local_url}gradio_api", timeout=30) as http:
        assert parameters(http) == ["income"]
        take_over(page)
        assert parameters(http) == ["income", "debts"]
        call = {"name": "applicant", "arguments": {"income": 5, "debts": 2}}
        assert ask(http, "tools/call", call)["content"][0]["text"] == "3"


def parameters(http: httpx.Client) -> list[str]:
    """What /applicant takes, as Gradio describes it."""
    described = http.get("/info").json()["named_endpoints"]["/applicant"]["parameters"]
    return [parameter["parameter_name"] for parameter in described]


def test_what_launch_has_set_stays(page: gr.Blocks) -> None:
    swept = list(page.temp_file_sets)
    take_over(page)
    assert page.app.get_blocks() is page
    assert not page.api_open
    assert page.app.state_holder.capacity == 7
    now = [id(files) for files in page.temp_file_sets]
    assert {id(files) for files in swept} <= set(now)
    shown = [block for block in page.blocks.values() if isinstance(block, gr.HTML)]
    assert {id(block.temp_files) for block in shown} <= set(now)
    sent = httpx.post(f"{page.local_url}gradio_api/upload", files={"files": b"slice"}).json()
    assert sent[0] in page.upload_file_set
    assert id(page.upload_file_set) in now


def test_two_in_a_row_leave_the_last(page: gr.Blocks) -> None:
    run(page, "quick", session_hash="program")
    for revision in ("second", "third"):
        put_in(page, build(replace(NEW, revision=revision)))
        assert run(page, "quick") == run(page, "quick", session_hash="program") == revision


@pytest.mark.parametrize("fault", ["does not come", "cannot be opened", "cannot be prepared"])
def test_what_fails_leaves_the_old_one_answering_and_is_said_in_a_line(
    page: gr.Blocks, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    def later() -> LoadedCheckpoint:
        if fault == "does not come":
            raise CheckpointError("The Hub was not used: it does not have this revision.")
        return NEW

    def open_new(loaded: LoadedCheckpoint) -> gr.Blocks:
        if fault == "cannot be opened":
            raise KeyError("layer4")
        return build(loaded)

    def prepare(loaded: LoadedCheckpoint) -> None:
        if fault == "cannot be prepared":
            raise ValueError("no such layer")

    with caplog.at_level(logging.INFO, "shared"):
        follow(Opened(page, OLD, open_new, later), prepare)
        end = time.monotonic() + 30
        while not caplog.records:
            assert time.monotonic() < end
            time.sleep(0.02)
    message = caplog.records[0].getMessage()
    assert len(caplog.records) == 1
    assert message.startswith("The Hub was not used")
    assert message.endswith("The bundled checkpoint goes on answering.")
    assert run(page, "quick") == "old"


def test_a_page_that_closes_after_it_is_forgotten(page: gr.Blocks) -> None:
    run(page, "quick", session_hash="open")
    take_over(page)
    assert "open" in page.state_holder.session_data
    with httpx.stream("GET", f"{page.local_url}gradio_api/heartbeat/open", timeout=30) as beats:
        next(beats.iter_raw())
    end = time.monotonic() + 30
    while "open" in page.state_holder.session_data:
        assert time.monotonic() < end
        time.sleep(0.05)
