"""A Space as it runs: stage, hardware, logs, settings, and the process behind its address."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from live_server import free_port

from hub_emulator.handler import iso
from hub_emulator.repositories import Commit, Repo

BUSY = ("BUILDING", "APP_STARTING", "RUNNING_BUILDING", "RUNNING_APP_STARTING")
FREE = "cpu-basic"


@dataclass
class Space:
    """What the Hub tells about a Space.

    Attributes:
        repo: what it is built from.
        hub: address of the Hub it lives on.
        host: address of its page; the same for good.
        stage: NO_APP_FILE, BUILDING, APP_STARTING, RUNNING (the first two begin with RUNNING_ while
            the version before still answers), BUILD_ERROR, RUNTIME_ERROR, CONFIG_ERROR or PAUSED.
        sha: the commit that answers, empty before the first did.
        logs: "build" and "run", each a list of moment and line.
        variables: what its process finds in the environment; `secrets` too.
        app: what answers at its host.
        processes: all that was started for it and may still run.
        place: a folder for what is built.
    """

    repo: Repo
    hub: str
    host: str = ""
    stage: str = "NO_APP_FILE"
    error: str = ""
    hardware: str = FREE
    sha: str = ""
    logs: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: {"build": [], "run": []})
    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    app: subprocess.Popen[str] | None = None
    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    place: Path = field(default_factory=lambda: Path(mkdtemp(prefix="space-")))
    builds: int = 0
    changing: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.host = self.host or f"http://127.0.0.1:{free_port()}"

    def set_up(self, wanted: dict[str, Any]) -> None:
        """Take over what create_repo asks for."""
        self.hardware = wanted.get("hardware") or FREE
        self.variables |= {
            setting["key"]: setting["value"] for setting in wanted.get("variables", [])
        }
        self.secrets |= {setting["key"]: setting["value"] for setting in wanted.get("secrets", [])}

    def build(self, builder: Builder | None) -> None:
        """Build the newest commit in the background; a build that is overtaken changes nothing."""
        with self.changing:
            self.builds += 1
            self.error = ""
            self.move("BUILDING")
            for lines in self.logs.values():
                lines.clear()
            run = Build(self, self.repo.commits[0], self.builds)
        if builder is not None:
            threading.Thread(target=builder, args=(run,), daemon=True).start()

    def move(self, stage: str) -> None:
        """Go to a stage; while the version before answers, BUILDING is RUNNING_BUILDING."""
        answers = self.app is not None and self.app.poll() is None
        self.stage = f"RUNNING_{stage}" if answers and stage in BUSY else stage

    def stop(self) -> None:
        """End all that runs for it, and whatever is being built."""
        with self.changing:
            self.builds += 1
            running, self.processes, self.app = self.processes, [], None
        for process in running:
            end(process)

    def gone(self) -> None:
        """Nothing of it runs, nothing is kept."""
        self.stop()
        rmtree(self.place, ignore_errors=True)

    def runtime(self) -> dict[str, Any]:
        """What get_space_runtime reads."""
        running = self.stage not in ("NO_APP_FILE", "BUILDING")
        hardware = {"current": self.hardware if running else None, "requested": self.hardware}
        runtime: dict[str, Any] = {"stage": self.stage, "hardware": hardware, "storage": None}
        runtime |= {
            "replicas": {"current": 1, "requested": 1},
            "devMode": False,
            "gcTimeout": 172800,
        }
        runtime |= {"errorMessage": self.error} if self.error else {}
        return runtime | ({"sha": self.sha} if self.stage.startswith("RUNNING") else {})

    def facts(self) -> dict[str, Any]:
        """What space_info tells beside the repository."""
        subdomain = self.repo.name.replace("/", "-").replace(".", "-").lower()
        return {"host": self.host, "subdomain": subdomain, "runtime": self.runtime()}


@dataclass(frozen=True)
class Build:
    """One commit on its way to run.

    Attributes:
        space: where it shall run.
        commit: what is built.
        number: of this build; a later one overtakes it.
    """

    space: Space
    commit: Commit
    number: int

    @property
    def current(self) -> bool:
        """Whether no later commit, pause or end has overtaken it."""
        return self.number == self.space.builds

    def move(self, stage: str, error: str = "") -> None:
        """Go to a stage; RUNNING tells this commit."""
        with self.space.changing:
            if self.current:
                self.space.error = error
                self.space.move(stage)
                if stage == "RUNNING":
                    self.space.stage, self.space.sha = stage, self.commit.oid

    def log(self, which: str, text: str) -> None:
        """Add lines to the "build" or the "run" log."""
        if self.current:
            self.space.logs[which] += [(iso(), f"{line}\n") for line in text.splitlines()]

    def start(
        self, command: list[str], folder: Path, environment: Mapping[str, str]
    ) -> subprocess.Popen[str]:
        """Start a process that ends with the Space; its output is one stream of lines."""
        with self.space.changing:
            if not self.current:
                raise Overtaken
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                text=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            self.space.processes.append(process)
        return process

    def replace_app(self) -> None:
        """End the version before: both want the same address."""
        with self.space.changing:
            before, self.space.app = self.space.app, None
        if before is not None and self.current:
            end(before)


class Overtaken(Exception):
    """A later commit, or the end, has made a build pointless."""


def end(process: subprocess.Popen[str]) -> None:
    """End a process, by force if it does not listen."""
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


Builder = Callable[[Build], None]
