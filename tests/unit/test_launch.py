"""A page is launched on a busy machine: neither of Gradio's two limits of time ends it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
import httpx
import pytest
from gradio import http_server, networking
from live_server import free_port

from shared.page import gradio_internals


@pytest.fixture
def page() -> Iterator[gr.Blocks]:
    with gr.Blocks(analytics_enabled=False) as blocks:
        gr.HTML("here")
    yield blocks
    blocks.close(verbose=False)


def launch(page: gr.Blocks, port: int) -> None:
    gradio_internals.launch(
        page, server_port=port, prevent_thread_lock=True, quiet=True, ssr_mode=False
    )


def slow_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Gradio's check of its own page run out of time, as it does on a busy machine."""

    def too_late(*_: Any, **__: Any) -> httpx.Response:
        raise httpx.ReadTimeout("timed out")

    monkeypatch.setattr(networking.httpx, "head", too_late)


def test_gradio_itself_gives_up_when_its_own_page_takes_long(
    page: gr.Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_pages(monkeypatch)
    with pytest.raises(ValueError, match="When localhost is not accessible"):
        page.launch(server_port=free_port(), prevent_thread_lock=True, quiet=True, ssr_mode=False)


def test_a_first_page_that_takes_long_does_not_end_the_launch(
    page: gr.Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_pages(monkeypatch)
    launch(page, free_port())
    assert httpx.get(str(page.local_url), timeout=30).is_success


def test_a_server_that_starts_slowly_is_not_left_for_another_port(
    page: gr.Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gradio's clock runs so fast that its five seconds are over before any server has started."""
    fast = SimpleNamespace(time=lambda: time.time() * 1e6, sleep=time.sleep)
    monkeypatch.setattr(http_server, "time", fast)
    port = free_port()
    launch(page, port)
    assert page.server_port == port
    assert httpx.get(f"http://127.0.0.1:{port}", timeout=30).is_success


def test_gradio_has_its_own_way_back_after_the_launch(page: gr.Blocks) -> None:
    before = http_server.Server.run_in_thread
    launch(page, free_port())
    assert http_server.Server.run_in_thread is before


def test_a_port_that_is_taken_is_said_at_once(page: gr.Blocks) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port()))
        other.listen()
        with pytest.raises(OSError, match="Cannot find empty port"):
            launch(page, other.getsockname()[1])


def test_a_server_that_ends_instead_of_starting_is_not_waited_for() -> None:
    done = threading.Event()
    server: Any = SimpleNamespace(run=done.set, reloader=None, started=False)
    with pytest.raises(OSError, match="ended instead of starting"):
        gradio_internals._run_in_thread(server)
    assert done.is_set()
