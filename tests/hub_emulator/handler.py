"""Requests and answers over HTTP/1.1, with the faults that a test ordered."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from hub_emulator.faults import Failure

if TYPE_CHECKING:
    from hub_emulator.server import Hub

PIECES = 20  # of a body that trickles


@dataclass(frozen=True)
class Request:
    """What the client sent; `token` is empty for a stranger."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Message
    body: bytes

    @property
    def token(self) -> str:
        """The one in the Authorization header."""
        return self.headers.get("Authorization", "").removeprefix("Bearer ").strip()

    def json(self) -> dict[str, Any]:
        """The body as an object."""
        return dict(json.loads(self.body or b"{}"))

    def first(self, name: str, default: str = "") -> str:
        """A parameter of the query."""
        return self.query.get(name, [default])[0]


@dataclass(frozen=True)
class Response:
    """An answer. `stream` sends pieces until it ends, then closes the connection.

    Attributes:
        spoilt: where the body breaks off (bytes of it that are sent), if it does.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: Iterator[bytes] | None = None
    spoilt: int | None = None


class Refused(Exception):
    """What the Hub says no to.

    Args:
        status: of the answer.
        message: for people, in X-Error-Message and in the body.
        code: for the client, in X-Error-Code.
    """

    def __init__(self, status: int, message: str, code: str = "", **more: object) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.more = status, message, code, more

    def response(self) -> Response:
        """The answer."""
        headers = {"X-Error-Message": self.message.replace("\n", " ")} if self.message else {}
        if self.code:
            headers["X-Error-Code"] = self.code
        return as_json({"error": self.message, **self.more}, self.status, headers)


def as_json(content: object, status: int = 200, headers: Mapping[str, str] = {}) -> Response:
    """An answer in JSON."""
    body = json.dumps(content).encode()
    return Response(status, body, {"Content-Type": "application/json", **headers})


class Server(ThreadingHTTPServer):
    """The socket; a hub answers."""

    request_queue_size = 128
    daemon_threads = True
    hub: Hub

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print what is wrong with this server; a client that hung up is no news."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def handle_one(self) -> None:
        """Read a request, let happen what was ordered, answer."""
        hub, request = self.server.hub, self._request()
        hub.asked.append(f"{self.command} {self.path}")
        step, act = hub.route(request)
        action = hub.faults.pop_action(step)
        if action is not None:
            action()
        hub.faults.wait(hub.faults.waits.get(step, 0.0))
        due = hub.faults.due(step, with_body=self.command == "GET")
        if due == "before":
            self.close_connection = True
            return
        answer = failed(due) if isinstance(due, Failure) else act()
        if due == "after":
            self.close_connection = True
            return
        if due == "midway":
            answer = Response(
                answer.status, answer.body, answer.headers, None, len(answer.body) // 2
            )
        self._send(answer, hub.faults.trickles.get(step, 0.0))

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_one

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        return Request(self.command, unquote(parts.path), query, self.headers, self._body())

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        content = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return content

    def _send(self, answer: Response, trickle: float) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value.encode("utf-8").decode("latin-1"))
        if answer.stream is not None:
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if answer.stream is not None:
            for piece in answer.stream:
                self.wfile.write(piece)
        else:
            self._send_body(answer, trickle)

    def _send_body(self, answer: Response, trickle: float) -> None:
        content = answer.body[: answer.spoilt]
        step = max(len(content) // PIECES, 1) if trickle else max(len(content), 1)
        for start in range(0, len(content), step):
            self.server.hub.faults.wait(trickle / PIECES)
            self.wfile.write(content[start : start + step])
        if answer.spoilt is not None:
            self.close_connection = True


def failed(failure: Failure) -> Response:
    """The answer that a test ordered."""
    if failure.page:
        return Response(failure.status, failure.page.encode(), failure.headers)
    answer = Refused(failure.status, failure.message, failure.code).response()
    return Response(answer.status, answer.body, {**answer.headers, **failure.headers})


def iso(seconds: float | None = None) -> str:
    """A moment as the Hub writes it, now by default."""
    moment = time.time() if seconds is None else seconds
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
    return f"{whole}.{int(moment % 1 * 1000):03d}Z"
