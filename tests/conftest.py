"""Live servers and a browser for the tests that drive them, what they send, and who runs what.

Under pytest-xdist each worker is a process of its own. What shares something dear (a server, a
fixture of a module) runs in one worker, so that nothing is started twice.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

# No test finds what another run left in a shared folder, and none leaves anything there. The
# libraries read these variables when they are imported.
OWN = tempfile.TemporaryDirectory(prefix="explainable-spaces-tests-")
os.environ |= {"HF_HOME": f"{OWN.name}/hub", "GRADIO_TEMP_DIR": f"{OWN.name}/uploads"}
os.environ.setdefault("OMP_NUM_THREADS", "1")  # the workers share the cores already
# A shell ignores Ctrl-C for what it runs in the background, and so would every server of a test.
signal.signal(signal.SIGINT, signal.default_int_handler)
# With importlib mode, which the layout needs, pytest puts no test folder on the path.
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent / "browser")]

from live_server import SPACES, Server, running_space  # noqa: E402

from shared import pauses  # noqa: E402

if TYPE_CHECKING:
    import httpx
    from gradio_client import Client
    from playwright.sync_api import Browser

SERVERS = ("loan_server", "server")  # the fixtures; the tests of each are a group


def pytest_configure() -> None:
    """Let nothing be waited for in earnest; child processes do as they do for everybody."""
    pauses.FACTOR = 0.02


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests must share a worker: those of a live server, else those of a file."""
    for item in items:
        servers = [name for name in SERVERS if name in getattr(item, "fixturenames", ())]
        item.add_marker(pytest.mark.xdist_group((servers or [item.path.stem])[0]))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The tumor Space on a free port, with uploads in a folder of its own."""
    with running_space(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def client(server: Server) -> Client:
    """Gradio's own Python client."""
    from gradio_client import Client

    return Client(server.address, verbose=False)


@pytest.fixture(scope="session")
def http(server: Server) -> Iterator[httpx.Client]:
    """Plain HTTP against the API."""
    import httpx

    with httpx.Client(base_url=f"{server.address}/gradio_api", timeout=60) as session:
        yield session


@pytest.fixture(scope="session")
def examples() -> list[dict[str, str]]:
    """The checkpoint's own examples, each with its absolute `path`."""
    checkpoint = Path(os.environ.get("TUMOR_CHECKPOINT") or SPACES / "tumor" / "checkpoint")
    listing = checkpoint / "examples" / "examples.json"
    entries = json.loads(listing.read_text(encoding="utf-8"))
    return [entry | {"path": str(listing.parent / entry["file"])} for entry in entries]


@pytest.fixture(scope="session")
def example(examples: list[dict[str, str]]) -> str:
    """The path of an example that is expected to be answered."""
    return examples[0]["path"]


@pytest.fixture(scope="session")
def noise(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A picture that can be read but shows nothing."""
    import numpy as np
    from PIL import Image

    path = tmp_path_factory.mktemp("pictures") / "noise.png"
    pixels = np.random.default_rng(0).integers(0, 256, (128, 128), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return str(path)


@pytest.fixture(scope="session")
def loan_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The loan Space on a free port, with uploads in a folder of its own."""
    with running_space(tmp_path_factory.mktemp("loan"), "loan") as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a worker: Playwright cannot be started twice in a process."""
    from playwright.sync_api import sync_playwright
    from visit import FLAGS, chromium

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture(scope="session")
def loan_client(loan_server: Server) -> Client:
    """Gradio's own Python client."""
    from gradio_client import Client

    return Client(loan_server.address, verbose=False)


@pytest.fixture(scope="session")
def loan_http(loan_server: Server) -> Iterator[httpx.Client]:
    """Plain HTTP against the API."""
    import httpx

    with httpx.Client(base_url=f"{loan_server.address}/gradio_api", timeout=60) as session:
        yield session


@pytest.fixture(scope="session")
def loan_examples() -> list[dict[str, Any]]:
    """The checkpoint's own example applicants, each with its `values` and what is `expected`."""
    from loan_checkpoint import CHECKPOINT  # ONNX Runtime comes with it, which few tests need

    listing = CHECKPOINT / "examples" / "examples.json"
    applicants: list[dict[str, Any]] = json.loads(listing.read_text(encoding="utf-8"))
    return applicants
