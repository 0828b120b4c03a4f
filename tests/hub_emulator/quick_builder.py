"""Spaces that are built at once and answer nothing but /model: for tests of deploying."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from hub_emulator.space import Build
from shared.checkpoint.contract import digest_of

Revision = dict[str, Any]


@dataclass
class QuickBuilder:
    """What `hub.builder` may be.

    Attributes:
        breaks: the stage in which every build ends, instead of RUNNING; empty for none.
        answers: what /model says of the revision, one after the other, the last one for good; empty
            for what the lock of the running version says.
        asked: the Authorization header of each question.
        servers, locks: by address, what answers there and what it runs.
    """

    breaks: str = ""
    answers: list[Revision] = field(default_factory=list)
    asked: list[str | None] = field(default_factory=list)
    servers: dict[str, ThreadingHTTPServer] = field(default_factory=dict)
    locks: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __call__(self, run: Build) -> None:
        """Build a commit."""
        files = run.commit.files
        if "checkpoint.json" not in files:
            return  # not one of ours
        run.log("build", f"Building {run.commit.oid}\nCollecting torch")
        if self.breaks == "BUILD_ERROR":
            run.log("build", "ERROR: no space left on device")
        if self.breaks == "RUNTIME_ERROR":
            run.log("run", "ImportError: no module named 'tea'")
        if self.breaks:
            run.move(self.breaks, "It broke")
            return
        self.serve(run.space.host, json.loads(files["checkpoint.json"]))
        run.move("RUNNING")

    def serve(self, host: str, lock: dict[str, Any]) -> None:
        """Answer at an address from now on."""
        self.locks[host] = lock
        if host not in self.servers:
            address = ("127.0.0.1", int(host.rsplit(":", 1)[1]))
            self.servers[host] = ThreadingHTTPServer(
                address, handler(lambda: self.locks[host], self)
            )
            threading.Thread(target=self.servers[host].serve_forever, daemon=True).start()

    def next_revision(self, lock: dict[str, Any]) -> Revision:
        """What the next question is answered with."""
        if self.answers:
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return revision_of(lock)

    def close(self) -> None:
        """End all servers."""
        for server in self.servers.values():
            server.shutdown()
            server.server_close()


def revision_of(lock: dict[str, Any]) -> Revision:
    """What a Space that runs the locked model says."""
    digest = digest_of(lock["files"])
    revision = {"repository": lock["repository"], "sha256": digest, "why": "It is the locked one."}
    if lock["repository"]:
        return {**revision, "source": "hub", "revision": lock["commit"]}
    return {**revision, "source": "bundled", "revision": digest}


def handler(
    lock: Callable[[], dict[str, Any]], builder: QuickBuilder
) -> type[BaseHTTPRequestHandler]:
    """Answers POST /gradio_api/run/model."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            builder.asked.append(self.headers["Authorization"])
            known = self.path == "/gradio_api/run/model"
            revision = builder.next_revision(lock())
            body = json.dumps({"data": [{"revision": revision}]}).encode()
            self.send_response(200 if known else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    return Answer
