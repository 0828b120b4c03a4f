"""A server that speaks what the Hub's client needs to download files, and can be made to fail.

    HEAD, GET /{owner}/{name}/resolve/{commit}/{path}

with the headers that the client reads (X-Repo-Commit, ETag, X-Error-Code) and byte ranges, so that
a download that broke off can go on.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

FILE = re.compile(r"/(?P<repository>[^/]+/[^/]+)/resolve/(?P<commit>[^/]+)/(?P<path>.+)")


@dataclass
class Hub:
    """One repository at one commit.

    Attributes:
        folder: its files.
        status: an HTTP status to answer everything with; 200 serves the files.
        changed: a file of which one byte is changed on the way.
        cut: a file of which only the first half ever arrives.
        asked: every request, as method and path.
    """

    repository: str
    commit: str
    folder: Path
    address: str = ""
    status: int = 200
    changed: str = ""
    cut: str = ""
    asked: list[str] = field(default_factory=list)

    def find(self, path: str) -> tuple[str, bytes] | str:
        """A file's name and content, or the code of the error that the Hub gives instead."""
        found = FILE.fullmatch(unquote(path))
        if found is None or found["repository"] != self.repository:
            return "RepoNotFound"
        if found["commit"] != self.commit:
            return "RevisionNotFound"
        if not (self.folder / found["path"]).is_file():
            return "EntryNotFound"
        return found["path"], (self.folder / found["path"]).read_bytes()


@contextmanager
def running_hub(hub: Hub) -> Iterator[Hub]:
    """Serve a repository on a free port of this machine."""

    class Handler(_Handler):
        served = hub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    served: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        """Facts about a file."""
        self._answer(with_body=False)

    def do_GET(self) -> None:
        """A file, or the rest of it from a byte on."""
        self._answer(with_body=True)

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _answer(self, *, with_body: bool) -> None:
        hub = self.served
        hub.asked.append(f"{self.command} {self.path}")
        found = hub.find(self.path)
        if hub.status != 200 or isinstance(found, str):
            self._fail(hub.status if hub.status != 200 else 404, str(found))
        else:
            self._send(*found, with_body=with_body)

    def _fail(self, status: int, code: str) -> None:
        self.send_response(status)
        if status == 404:
            self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, name: str, content: bytes, *, with_body: bool) -> None:
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")[0])
        rest = content[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("X-Repo-Commit", self.served.commit)
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        if with_body:
            self._send_body(name, content, start)

    def _send_body(self, name: str, content: bytes, start: int) -> None:
        if name == self.served.changed:
            content = bytes([content[0] ^ 1]) + content[1:]
        if name == self.served.cut:
            self.wfile.write(content[start : len(content) // 2])
            self.close_connection = True
        else:
            self.wfile.write(content[start:])
