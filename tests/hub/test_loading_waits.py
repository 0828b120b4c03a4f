"""A Space with neither cache nor bundled checkpoint starts, says why, and answers when it can."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from contract import described, recorded
from gradio_client import Client
from gradio_client.exceptions import AppError
from hub_emulator.server import Hub
from live_server import Server
from loader import NOWHERE, Loader
from mcp_calls import ask
from published_space import bundled_of, running_published, wait_for, write_published

from shared.checkpoint.loading import PATIENCE
from shared.page.waiting import AGAIN

ANYBODY = {"data": [None] * 11}  # an applicant of whom nothing is stated
CONTRACTS = {"loan": "loan_contract.json", "tumor": "contract.json"}


@dataclass(frozen=True)
class Fault:
    """What the Hub does at a first start, and what the page says of it.

    Attributes:
        happens: makes it happen until `heal`.
        said: part of the reason.
    """

    happens: Callable[[Hub], None]
    said: str


def html_page(hub: Hub) -> None:
    """What answers is a proxy, which knows nothing of commits."""
    hub.fail("resolve", 200, times=0, headers={"Content-Type": "text/html"})


FAULTS = {
    "500": Fault(lambda hub: hub.fail("resolve", 500, times=0), "is out of order (HTTP 500)"),
    "429": Fault(lambda hub: hub.fail("resolve", 429, times=0), "is asked too often (HTTP 429)"),
    "trickle": Fault(lambda hub: hub.slow("resolve", 600, part="body"), "not given everything"),
    "hang": Fault(lambda hub: hub.slow("resolve", 600), "not given everything"),
    "reset": Fault(lambda hub: hub.cut("resolve", times=0), "The Hub was not used"),
    "a proxy's page": Fault(html_page, "is not the Hub"),
    "truncated": Fault(lambda hub: hub.spoil("README.md", "cut"), "arrived incomplete"),
    "401": Fault(lambda hub: hub.fail("resolve", 401, times=0), "set its secret HF_TOKEN"),
    "403": Fault(lambda hub: hub.fail("resolve", 403, times=0), "accept the conditions"),
    "404": Fault(lambda hub: hub.fail("resolve", 404, times=0), "check checkpoint.json"),
}
OF_THE_OWNER = ("401", "403", "404")
QUICK = ("500",)  # the others are slow: each starts a whole Space
ONCE: dict[str, Callable[[Hub], None]] = {
    "500": lambda hub: hub.fail("resolve", 500),
    "429": lambda hub: hub.fail("resolve", 429),
    "reset": lambda hub: hub.cut("resolve"),
    "reset midway": lambda hub: hub.cut("resolve", when="midway"),
    "a proxy's page": lambda hub: hub.fail("resolve", 200, headers={"Content-Type": "text/html"}),
}


def alone(hub: Hub, name: str, folder: Path) -> Path:
    """A Space that bundles nothing."""
    return write_published(hub, name, bundled_of(name), folder / "space", own=None)


def model(server: Server) -> dict[str, Any]:
    """What /model says of its revision."""
    reply = httpx.post(f"{server.address}/gradio_api/run/model", json={"data": []}, timeout=60)
    revision: dict[str, Any] = reply.raise_for_status().json()["data"][0]["revision"]
    return revision


def shown(server: Server) -> str:
    """All that a browser gets to show."""
    values = httpx.get(f"{server.address}/config", timeout=60).json()["components"]
    return " ".join(str(component["props"].get("value")) for component in values)


def until(server: Server, words: str) -> dict[str, Any]:
    """What /model says once its reason has some words."""
    end = time.monotonic() + 60
    while words not in (revision := model(server))["why"]:
        assert time.monotonic() < end, revision
        time.sleep(0.1)
    return revision


@pytest.mark.parametrize(
    "fault",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in FAULTS],
)
def test_it_comes_up_says_why_and_the_model_takes_over(
    hub: Hub, tmp_path: Path, fault: str
) -> None:
    space = alone(hub, "loan", tmp_path)
    FAULTS[fault].happens(hub)
    with running_published(hub, space, tmp_path / "home") as server:  # a hang lasts for longer
        revision = until(server, FAULTS[fault].said)
        assert (revision["source"], revision["repository"]) == ("waiting", "somebody/loan")
        assert "The model is not here yet" in shown(server)
        assert "The Hub was not used" in shown(server)
        assert 'aria-live="polite"' in shown(server)
        refused = httpx.post(f"{server.address}/gradio_api/run/predict", json=ANYBODY, timeout=60)
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == str(AGAIN)
        assert refused.json()["error"].startswith("Not ready, try again")
        assert FAULTS[fault].said in refused.json()["error"]
        if fault in OF_THE_OWNER:
            assert "The owner of this Space has to" in revision["why"]
            assert "The next try is in 300 s." in revision["why"]
            return
        assert "The owner" not in revision["why"]
        hub.heal()
        wait_for(server, "checkpoint: hub, ")
        assert model(server)["source"] == "hub"
        assert "It came after the start" in model(server)["why"]
        assert "The model is not here yet" not in shown(server)
        assert "<dt>Source</dt><dd>the Hugging Face Hub</dd>" in shown(server)
        reply = httpx.post(f"{server.address}/gradio_api/run/predict", json=ANYBODY, timeout=60)
        assert reply.json()["data"][0]["revision"]["source"] == "hub"


@pytest.mark.parametrize("part", ["answer", "body"])
def test_a_hub_that_hangs_or_trickles_is_not_waited_for_before_the_page(
    hub: Hub, loader: Loader, part: str
) -> None:
    (loader.space / "checkpoint" / "model.onnx").unlink()
    hub.slow("resolve", PATIENCE + 1, part)
    loaded = loader.load("waits")
    assert loaded["took"] < PATIENCE + 2
    assert (loaded["source"], loaded["revision"]) == ("hub", loader.commit)
    assert "It came after the start" in loaded["why"]


@pytest.mark.parametrize("fault", ONCE)
def test_one_bad_answer_is_asked_again_within_the_start(
    hub: Hub, loader: Loader, fault: str
) -> None:
    (loader.space / "checkpoint" / "model.onnx").unlink()
    ONCE[fault](hub)
    loaded = loader.load()
    assert (loaded["source"], loaded["revision"]) == ("hub", loader.commit)
    assert loaded["why"] == "It is the locked revision."


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_the_owner_has_mended_is_found_without_a_restart(
    hub: Hub, loader: Loader, tmp_path: Path, status: int
) -> None:
    (loader.space / "checkpoint" / "model.onnx").unlink()
    hub.fail("resolve", status, times=0)
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            loader.command("waits", "hurry"), env=loader.environment(),
            stdout=output, stderr=output,
        )  # fmt: skip
    try:
        in_log(log, "The owner of this Space has to", process)
        hub.heal()
        in_log(log, f'"revision": "{loader.commit}"', process)
    finally:
        process.kill()
        process.wait()


def in_log(log: Path, words: str, process: subprocess.Popen[bytes]) -> None:
    """Return once the log has them."""
    end = time.monotonic() + 60
    while words not in log.read_text("utf-8"):
        assert time.monotonic() < end and process.returncode is None, log.read_text("utf-8")
        time.sleep(0.05)


@pytest.mark.slow
def test_a_damaged_cache_without_the_hub_waits_too(hub: Hub, tmp_path: Path) -> None:
    space, home = alone(hub, "loan", tmp_path), tmp_path / "home"
    with running_published(hub, space, home) as server:
        wait_for(server, "checkpoint: hub, ")
    next(home.rglob("snapshots/*/ml.onnx")).resolve().write_bytes(b"damaged")
    hub.fail("resolve", 503, times=0)
    with running_published(hub, space, home) as server:
        revision = model(server)
        assert revision["source"] == "waiting"
        assert "ml.onnx is not the locked file" in shown(server)
        hub.heal()
        wait_for(server, "checkpoint: hub, ")
        assert model(server)["source"] == "hub"


@pytest.mark.slow
@pytest.mark.parametrize("name", CONTRACTS)
def test_the_recorded_endpoints_are_there_before_and_after(
    hub: Hub, tmp_path: Path, name: str
) -> None:
    contract = recorded(Path(__file__).parents[1] / "api" / CONTRACTS[name])
    space = alone(hub, name, tmp_path)
    hub.fail("resolve", 500, times=0)
    with (
        running_published(hub, space, tmp_path / "home") as server,
        httpx.Client(base_url=f"{server.address}/gradio_api", timeout=60) as http,
    ):
        assert described(http) == contract
        asked, idle = (Client(server.address, verbose=False) for _ in range(2))
        name_of_table = "/predict_csv" if name == "loan" else "/predict_batch"
        with pytest.raises(AppError, match="Not ready, try again"):
            asked.predict(api_name="/predict" if name == "loan" else name_of_table, **given(name))
        said = ask(http, "tools/call", {"name": "model", "arguments": {}})
        assert '"waiting"' in said["content"][0]["text"].replace("'", '"')
        hub.heal()
        wait_for(server, "checkpoint: hub, ")
        assert described(http) == contract
        # Both know the numbers of the functions from before, `idle` without having asked.
        for client in (asked, idle, Client(server.address, verbose=False)):
            assert client.predict(api_name="/model")["revision"]["source"] == "hub"


def given(name: str) -> dict[str, Any]:
    """Values for a call that needs no file."""
    return {} if name == "loan" else {"images": []}


@pytest.mark.slow
def test_a_model_that_this_code_cannot_open_stands_on_the_page(hub: Hub, tmp_path: Path) -> None:
    checkpoint = tmp_path / "published"
    for path in bundled_of("loan").rglob("*"):
        if path.is_file():
            copy = checkpoint / path.relative_to(bundled_of("loan"))
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(b"no network" if path.name == "ml.onnx" else path.read_bytes())
    space = write_published(hub, "loan", checkpoint, tmp_path / "space", own=None)
    with running_published(hub, space, tmp_path / "home") as server:
        assert "has to lock another model" in until(server, "has to lock another model")["why"]
        assert "cannot be opened by this code" in model(server)["why"]


def test_without_anything_published_there_is_nothing_to_wait_for(loader: Loader) -> None:
    (loader.space / "checkpoint" / "model.onnx").unlink()
    lock = loader.space / "checkpoint.json"
    text = lock.read_text("utf-8").replace(f'"{loader.commit}"', "null")
    lock.write_text(text.replace('"somebody/tumor"', "null"), "utf-8")
    done = loader.run("waits", HF_ENDPOINT=NOWHERE)
    assert done.returncode == 1
    assert "The bundled checkpoint was not used" in done.stderr.splitlines()[-1]
