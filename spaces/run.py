"""Start the Spaces and print each address when it answers: `python spaces/run.py [NAME ...]`.

Ctrl-C ends them all. A Space that ends by itself is reported with the last lines it printed.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import urlopen

HERE = Path(__file__).parent
PORTS = {"tumor": 7860, "loan": 7861}
LAST_LINES = 20
GRACE = 10.0  # seconds between asking a Space to end and ending it


@dataclass
class Running:
    """A Space's process, and whether its address has been printed."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: IO[bytes]
    answered: bool = False

    @property
    def address(self) -> str:
        """Where the page answers."""
        return f"http://127.0.0.1:{self.port}"


def existing(names: list[str]) -> list[str]:
    """The Spaces to start: those named, or all that have an app.py.

    Raises:
        SystemExit: a name that is not a Space, or there is none at all.
    """
    spaces = [name for name in PORTS if (HERE / name / "app.py").exists()]
    unknown = [name for name in names if name not in spaces]
    if unknown or not spaces:
        raise SystemExit(
            f"There is no Space {', '.join(unknown)!r}. There are: {', '.join(spaces)}."
        )
    return list(dict.fromkeys(names)) or spaces


def port_is_free(port: int) -> bool:
    """Whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def start(name: str) -> Running:
    """Start a Space on its port.

    Raises:
        SystemExit: somebody else has the port.
    """
    port = PORTS[name]
    if not port_is_free(port):
        raise SystemExit(f"Port {port} for the {name} Space is taken. End what runs there first.")
    log = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the Space runs
    environment = os.environ | {"GRADIO_SERVER_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=HERE / name,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C reaches us alone, and we end the Spaces in order
    )
    print(f"{name}: starting ...", flush=True)
    return Running(name, port, process, log)


def watch(space: Running) -> None:
    """Print the address once the page answers.

    Raises:
        SystemExit: the Space has ended.
    """
    if space.process.poll() is not None:
        space.log.seek(0)
        lines = space.log.read().decode(errors="replace").splitlines()[-LAST_LINES:]
        raise SystemExit(
            f"{space.name}: ended with code {space.process.returncode}. Its last lines:\n"
            + "\n".join(f"  {line}" for line in lines)
        )
    if not space.answered and answers(space.address):
        space.answered = True
        print(f"{space.name}: {space.address}", flush=True)


def answers(address: str) -> bool:
    """Whether a page is there."""
    try:
        with urlopen(address, timeout=2):
            return True
    except (URLError, OSError):
        return False


def end(spaces: list[Running]) -> None:
    """End all, first kindly."""
    for space in spaces:
        if space.process.poll() is None:
            space.process.terminate()
    for space in spaces:
        try:
            space.process.wait(timeout=GRACE)
        except subprocess.TimeoutExpired:
            space.process.kill()
            space.process.wait()


def main() -> None:
    """Command line."""
    for asked_to_end in (signal.SIGTERM, signal.SIGHUP):  # SIGHUP: the terminal was closed
        signal.signal(asked_to_end, lambda *_: sys.exit(0))
    names = existing(sys.argv[1:])
    spaces: list[Running] = []
    try:
        for name in names:
            spaces.append(start(name))
        while True:
            for space in spaces:
                watch(space)
            time.sleep(0.3)
    except KeyboardInterrupt:
        print("\nEnding ...", flush=True)
    finally:
        end(spaces)


if __name__ == "__main__":
    main()
