"""A Hub for tests: our own server, or, on demand, the real one.

- `hub` is the server in this process (server.py). Tests that inject faults, or look at what was
  asked, use it.
- `somewhere` is either. Tests that only use the client use it, so that they may run against the
  real Hub too, to see that our server tells the truth:

      HUB_TESTS_ENDPOINT=https://huggingface.co HUB_TESTS_TOKEN=hf_... pytest tests/hub_emulator

  The token needs the right to write. What a test creates there is named `test-...` under the
  token's own user and is deleted afterwards. Tests that use `hub` are skipped in such a run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from huggingface_hub import HfApi

from hub_emulator.quick_builder import QuickBuilder
from hub_emulator.server import Hub, running_hub
from hub_emulator.somewhere import Somewhere, real

REAL = os.environ.get("HUB_TESTS_ENDPOINT", "")


@pytest.fixture(autouse=True)
def without_xet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client in this process takes the way that our server speaks."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)


@pytest.fixture
def hub() -> Iterator[Hub]:
    """Our own server, in this process."""
    if REAL:
        pytest.skip("faults are injected into our own server only")
    with running_hub() as running:
        yield running


@pytest.fixture
def api(hub: Hub) -> HfApi:
    """The client of somebody who may write."""
    return HfApi(endpoint=hub.address, token=hub.user("somebody"))


@pytest.fixture
def builder(hub: Hub) -> Iterator[QuickBuilder]:
    """Takes the place of the server's builder, and is done at once."""
    hub.builder = quick = QuickBuilder()
    yield quick
    quick.close()


@pytest.fixture
def somewhere(request: pytest.FixtureRequest) -> Iterator[Somewhere]:
    """Our own server, or the real Hub where HUB_TESTS_ENDPOINT names it."""
    if REAL:
        place = real(REAL, os.environ["HUB_TESTS_TOKEN"])
    else:
        running: Hub = request.getfixturevalue("hub")
        place = Somewhere(running.address, running.user("somebody"), "somebody")
    yield place
    place.clear()
