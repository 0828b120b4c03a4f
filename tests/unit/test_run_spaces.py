"""`spaces/run.py`: addresses, a Space that dies, a taken port, and no process left behind."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from live_server import free_port

RUN = Path(__file__).parents[2] / "spaces" / "run.py"
Start = Callable[..., subprocess.Popen[str]]
PATIENCE = 60.0  # seconds that a busy machine may need

ANSWERS = """
import os
from http.server import HTTPServer, SimpleHTTPRequestHandler

address = ("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"]))
HTTPServer(address, SimpleHTTPRequestHandler).serve_forever()
"""
DIES = "raise SystemExit('the model is gone')"


@dataclass(frozen=True)
class House:
    """A copy of run.py on free ports, with Spaces of a few lines beside it."""

    folder: Path
    ports: dict[str, int]

    def add(self, name: str, app: str) -> None:
        """A Space."""
        (self.folder / name).mkdir()
        (self.folder / name / "app.py").write_text(app, encoding="utf-8")

    def start(self, *names: str) -> subprocess.Popen[str]:
        """run.py as a process."""
        command = [sys.executable, str(self.folder / "run.py"), *names]
        return subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            bufsize=1,
            preexec_fn=hear_ctrl_c,
        )


def hear_ctrl_c() -> None:
    """As in a terminal; tests that run in the background hand Ctrl-C down as ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def house(tmp_path: Path) -> House:
    text = RUN.read_text(encoding="utf-8")
    ports = {"tumor": free_port(), "loan": free_port()}
    for usual, port in zip(("7860", "7861"), ports.values(), strict=True):
        assert usual in text
        text = text.replace(usual, str(port))
    (tmp_path / "run.py").write_text(text, encoding="utf-8")
    return House(tmp_path, ports)


@pytest.fixture
def started(house: House) -> Iterator[Start]:
    """Starts run.py, and ends it if the test did not."""
    processes: list[subprocess.Popen[str]] = []

    def start(*names: str) -> subprocess.Popen[str]:
        processes.append(house.start(*names))
        return processes[-1]

    yield start
    for process in processes:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """What run.py printed, up to the line that holds a text."""
    assert process.stdout
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            break
    assert text in "".join(lines)
    return "".join(lines)


def gone(port: int) -> bool:
    """Whether a port becomes free."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(URLError, OSError):
            urlopen(f"http://127.0.0.1:{port}", timeout=1).close()
            time.sleep(0.1)
            continue
        return True
    return False


def test_each_space_is_named_with_the_address_where_it_answers(
    house: House, started: Start
) -> None:
    for name in house.ports:
        house.add(name, ANSWERS)
    process = started()
    for _ in house.ports:
        read_until(process, "http://")
    for port in house.ports.values():
        assert urlopen(f"http://127.0.0.1:{port}", timeout=PATIENCE).status == 200


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_however_it_is_ended_the_spaces_end_too(
    house: House, started: Start, asked: signal.Signals
) -> None:
    house.add("tumor", ANSWERS)
    process = started()
    read_until(process, "http://")
    process.send_signal(asked)
    assert process.wait(timeout=PATIENCE) == 0
    assert gone(house.ports["tumor"])


def test_a_space_that_dies_is_named_with_its_last_words_and_ends_the_other(
    house: House, started: Start
) -> None:
    house.add("tumor", ANSWERS)
    house.add("loan", DIES)
    process = started()
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "loan: ended with code 1" in errors
    assert "the model is gone" in errors
    assert "Traceback" not in errors
    assert gone(house.ports["tumor"])


def test_a_taken_port_is_a_sentence(house: House, started: Start) -> None:
    house.add("tumor", ANSWERS)
    with socket.create_server(("127.0.0.1", house.ports["tumor"])):
        process = started()
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert errors.strip().count("\n") == 0
    assert str(house.ports["tumor"]) in errors
    assert "tumor" in errors


@pytest.mark.parametrize("names", [["cat"], ["tumor", "loan"]])
def test_a_space_that_does_not_exist_is_named(
    house: House, started: Start, names: list[str]
) -> None:
    house.add("tumor", ANSWERS)
    process = started(*names)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert repr(names[-1]) in errors
    assert "tumor" in errors


def test_a_space_named_twice_starts_once(house: House, started: Start) -> None:
    house.add("tumor", ANSWERS)
    process = started("tumor", "tumor")
    assert read_until(process, "http://").count("starting") == 1
