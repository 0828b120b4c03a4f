"""Plain HTTP to a Gradio server, like the documented curl lines: upload a file, call by name."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from typing import Any

CLOSED = (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected)
BOUNDARY = "slice-7f3a91c4"
TIMEOUT = 120.0  # seconds; sixteen callers wait long for a slow server


def connect(port: int) -> http.client.HTTPConnection:
    """A connection to a server on this machine, kept open from call to call."""
    return http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)


def once(ask: Callable[[http.client.HTTPConnection], object], port: int) -> object:
    """Ask over a fresh connection."""
    connection = connect(port)
    try:
        return ask(connection)
    finally:
        connection.close()


def upload(connection: http.client.HTTPConnection, jpeg: bytes) -> dict[str, Any]:
    """Upload a file; what comes back stands for it in a call."""
    head = (
        f"--{BOUNDARY}\r\n"
        'Content-Disposition: form-data; name="files"; filename="slice.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    body = head.encode() + jpeg + f"\r\n--{BOUNDARY}--\r\n".encode()
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    (path,) = _post(connection, "/gradio_api/upload", body, kind)
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


def call(connection: http.client.HTTPConnection, name: str, data: list[Any]) -> list[Any]:
    """Call a named endpoint with its parameters in order; its results."""
    body = json.dumps({"data": data}).encode()
    answer = _post(connection, f"/gradio_api/run/{name}", body, "application/json")
    results: list[Any] = answer["data"]
    return results


def call_queued(connection: http.client.HTTPConnection, name: str, data: list[Any]) -> list[Any]:
    """Call a named endpoint that has a queue: send the parameters, then wait for the event."""
    body = json.dumps({"data": data}).encode()
    event = _post(connection, f"/gradio_api/call/{name}", body, "application/json")["event_id"]
    connection.request("GET", f"/gradio_api/call/{name}/{event}")
    told = connection.getresponse().read().decode().strip().split("\n\n")[-1]
    if not told.startswith("event: complete\n"):
        raise RuntimeError(f"The call of {name} ended with {told[:300]!r}")
    results: list[Any] = json.loads(told.split("data: ", 1)[1])
    return results


def _post(connection: http.client.HTTPConnection, path: str, body: bytes, kind: str) -> Any:
    try:
        response = _answer(connection, path, body, kind)
    except CLOSED:
        # A server closes a connection that was idle for seconds: while it was the others' turn.
        connection.close()
        response = _answer(connection, path, body, kind)
    text = response.read()
    if response.status != http.client.OK:
        raise RuntimeError(f"{path} answered {response.status}: {text[:300]!r}")
    return json.loads(text)


def _answer(
    connection: http.client.HTTPConnection, path: str, body: bytes, kind: str
) -> http.client.HTTPResponse:
    connection.request("POST", path, body, {"Content-Type": kind})
    return connection.getresponse()
