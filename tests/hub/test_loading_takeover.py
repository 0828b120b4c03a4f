"""A whole Space starts beside a slow Hub: it is up at once, and the Hub's model takes over."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client, handle_file
from hub_emulator.server import Hub
from live_server import Server
from mcp_calls import ask
from published_space import bundled_of, running_published, wait_for, write_published

from shared.page.schema import Revision

SOON = 10.0  # seconds from the start of the process to the page
ANYBODY = {"data": [None] * 11}  # an applicant of whom nothing is stated
FROM_HUB = "<dt>Source</dt><dd>the Hugging Face Hub</dd>"
BUNDLED = "<dt>Source</dt><dd>the checkpoint that comes with this Space</dd>"


@dataclass
class Caller:
    """Somebody who asks all the time."""

    address: str
    stop: threading.Event = field(default_factory=threading.Event)
    seen: list[Revision] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def ask_all_the_time(self) -> None:
        """Past the queue, as most programs do."""
        with httpx.Client(timeout=60) as http:
            while not self.stop.is_set():
                reply = http.post(f"{self.address}/gradio_api/run/predict", json=ANYBODY)
                if reply.is_success:
                    self.seen.append(reply.json()["data"][0]["revision"])
                else:
                    self.failed.append(reply.text)


@contextmanager
def asking(address: str) -> Iterator[list[Caller]]:
    """Two callers in threads."""
    callers = [Caller(address) for _ in range(2)]
    threads = [threading.Thread(target=caller.ask_all_the_time) for caller in callers]
    for thread in threads:
        thread.start()
    try:
        yield callers
    finally:
        for caller in callers:
            caller.stop.set()
        for thread in threads:
            thread.join()


def written(hub: Hub, name: str, folder: Path) -> Path:
    """A Space with its bundled checkpoint, which lies on the Hub, too."""
    checkpoint = bundled_of(name)
    return write_published(hub, name, checkpoint, folder / "space", own=checkpoint)


def model(server: Server) -> dict[str, Any]:
    """What /model says of its revision."""
    reply = httpx.post(f"{server.address}/gradio_api/run/model", json={"data": []}, timeout=60)
    revision: dict[str, Any] = reply.raise_for_status().json()["data"][0]["revision"]
    return revision


def page(server: Server) -> str:
    """All that a browser gets to show."""
    values = httpx.get(f"{server.address}/config", timeout=60).json()["components"]
    return " ".join(str(component["props"].get("value")) for component in values)


def test_the_hubs_model_takes_over_and_no_request_is_dropped(hub: Hub, tmp_path: Path) -> None:
    space = written(hub, "loan", tmp_path)
    hub.slow("resolve", 6, part="body")
    began = time.monotonic()
    with running_published(hub, space, tmp_path / "home") as server:
        assert time.monotonic() - began < SOON
        client = Client(server.address, verbose=False)
        assert model(server)["source"] == "bundled"
        assert "The Hub was not used" in model(server)["why"]
        assert BUNDLED in page(server) and "The Hub was not used" in page(server)
        with asking(server.address) as callers:
            assert client.predict(api_name="/predict")["revision"]["source"] == "bundled"
            wait_for(server, "checkpoint: hub, ")
            time.sleep(1)
        commit = hub.repo("somebody/loan").head
        for caller in callers:
            assert caller.failed == []
            sources = [answer["source"] for answer in caller.seen]
            assert sources[0] == "bundled" and sources[-1] == "hub"
            assert sources == sorted(sources)  # all of the one, then all of the other
            assert caller.seen[-1]["revision"] == commit
        assert client.predict(api_name="/predict")["revision"]["revision"] == commit
        assert (model(server)["source"], model(server)["revision"]) == ("hub", commit)
        assert "It came after the start" in model(server)["why"]
        assert FROM_HUB in page(server) and BUNDLED not in page(server)
        with httpx.Client(base_url=f"{server.address}/gradio_api", timeout=60) as http:
            said = ask(http, "tools/call", {"name": "model", "arguments": {}})
        assert commit in said["content"][0]["text"]


@pytest.mark.slow
def test_the_tumor_space_explains_with_the_model_that_took_over(
    hub: Hub, tmp_path: Path, example: str
) -> None:
    space = written(hub, "tumor", tmp_path)
    hub.slow("resolve", 6, part="body")
    began = time.monotonic()
    with running_published(hub, space, tmp_path / "home") as server:
        assert time.monotonic() - began < SOON
        client = Client(server.address, verbose=False)
        answer = client.predict(image=handle_file(example), api_name="/predict")
        assert answer["revision"]["source"] == "bundled"
        wait_for(server, "checkpoint: hub, ")
        explained = client.predict(image=handle_file(example), api_name="/explain")
        assert explained["revision"]["revision"] == hub.repo("somebody/tumor").head
        assert explained["probabilities"] == pytest.approx(answer["probabilities"])
        assert FROM_HUB in page(server)


@pytest.mark.slow
def test_a_model_that_this_code_cannot_open_leaves_the_bundled_one(
    hub: Hub, tmp_path: Path
) -> None:
    space = unreadable(hub, tmp_path)
    hub.slow("resolve", 6, part="body")
    with running_published(hub, space, tmp_path / "home") as server:
        wait_for(server, "The bundled checkpoint goes on answering.")
        said = server.log.read_text(encoding="utf-8").splitlines()
        assert sum("cannot be opened by this code" in line for line in said) == 1
        assert model(server)["source"] == "bundled"
        assert BUNDLED in page(server)


@pytest.mark.slow
def test_a_model_in_time_that_this_code_cannot_open_is_refused_by_name(
    hub: Hub, tmp_path: Path
) -> None:
    space = unreadable(hub, tmp_path)
    with running_published(hub, space, tmp_path / "home") as server:
        assert model(server)["source"] == "bundled"
        assert "cannot be opened by this code" in model(server)["why"]
        assert "cannot be opened by this code" in page(server)


def unreadable(hub: Hub, folder: Path) -> Path:
    """A Space whose locked model is what the lock says, but no model."""
    checkpoint = folder / "published"
    for path in bundled_of("loan").rglob("*"):
        if path.is_file():
            copy = checkpoint / path.relative_to(bundled_of("loan"))
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(b"no network" if path.name == "ml.onnx" else path.read_bytes())
    return write_published(hub, "loan", checkpoint, folder / "space", own=bundled_of("loan"))


@pytest.mark.slow
def test_a_model_that_never_comes_leaves_the_truth_on_the_page(hub: Hub, tmp_path: Path) -> None:
    space = written(hub, "loan", tmp_path)
    hub.repo("somebody/loan").forget(hub.repo("somebody/loan").head)
    hub.slow("resolve", 6)
    with running_published(hub, space, tmp_path / "home") as server:
        wait_for(server, "does not have this revision (HTTP 404). The bundled checkpoint goes on")
        assert model(server)["source"] == "bundled"
        assert "it had not given everything within 4 seconds" in model(server)["why"]
        assert BUNDLED in page(server)


@pytest.mark.slow
def test_a_space_that_bundles_nothing_waits_for_its_model(hub: Hub, tmp_path: Path) -> None:
    checkpoint = bundled_of("loan")
    space = write_published(hub, "loan", checkpoint, tmp_path / "space", own=None)
    hub.slow("resolve", 5, part="body")
    with running_published(hub, space, tmp_path / "home") as server:
        assert "the only source left" in server.log.read_text(encoding="utf-8")
        assert model(server)["source"] == "waiting"
        wait_for(server, "checkpoint: hub, ")
        assert model(server)["source"] == "hub"
