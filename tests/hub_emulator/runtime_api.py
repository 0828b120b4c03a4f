"""Space runtimes over the Hub's API."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hub_emulator.handler import Refused, Request, Response, as_json, iso
from hub_emulator.repos_api import PAID, readable, writable
from hub_emulator.space import BUSY, FREE, Space

if TYPE_CHECKING:
    from hub_emulator.server import Hub

LOOK_AGAIN = 0.1  # seconds between two looks at a log that may grow


def runtime(hub: Hub, request: Request, kind: str, name: str) -> Response:
    """Stage, hardware and commit."""
    readable(hub, request, kind, name)
    return as_json(hub.space(name).runtime())


def hardware(hub: Hub, request: Request, kind: str, name: str) -> Response:
    """Other hardware; what runs goes on."""
    writable(hub, request, kind, name)
    flavor = request.json()["flavor"]
    if not hub.paid and flavor == FREE:
        raise Refused(402, PAID)
    if not hub.paid and not flavor.startswith("zero-"):
        raise Refused(403, "You must add a payment method to your account to upgrade hardware.")
    hub.space(name).hardware = flavor
    return as_json(hub.space(name).runtime())


def restart(hub: Hub, request: Request, kind: str, name: str) -> Response:
    """Build the newest commit again."""
    writable(hub, request, kind, name)
    hub.space(name).build(hub.builder)
    return as_json(hub.space(name).runtime())


def pause(hub: Hub, request: Request, kind: str, name: str) -> Response:
    """End what runs."""
    writable(hub, request, kind, name)
    space = hub.space(name)
    space.stop()
    space.stage = "PAUSED"
    return as_json(space.runtime())


def settings(hub: Hub, request: Request, kind: str, name: str, which: str) -> Response:
    """Variables with their values, secrets without."""
    check = readable if which == "variables" else writable
    check(hub, request, kind, name)
    return as_json(told(hub.space(name), which))


def set_setting(hub: Hub, request: Request, kind: str, name: str, which: str) -> Response:
    """A variable or a secret has a value."""
    writable(hub, request, kind, name)
    wanted = request.json()
    values_of(hub.space(name), which)[wanted["key"]] = wanted["value"]
    return as_json(told(hub.space(name), which))


def unset(hub: Hub, request: Request, kind: str, name: str, which: str) -> Response:
    """A variable or a secret is gone."""
    writable(hub, request, kind, name)
    values_of(hub.space(name), which).pop(request.json()["key"], None)
    return as_json(told(hub.space(name), which))


def values_of(space: Space, which: str) -> dict[str, str]:
    """Its variables or its secrets."""
    return space.variables if which == "variables" else space.secrets


def told(space: Space, which: str) -> dict[str, dict[str, str]]:
    """What may be told of them."""
    values = values_of(space, which)
    return {
        key: {"updatedAt": iso()} | ({"value": value} if which == "variables" else {})
        for key, value in values.items()
    }


def logs(hub: Hub, request: Request, kind: str, name: str, which: str) -> Response:
    """A log as server-sent events; it ends when nothing more is being built."""
    writable(hub, request, kind, name)
    headers = {"Content-Type": "text/event-stream"}
    return Response(200, b"", headers, stream=events(hub.space(name), which))


def events(space: Space, which: str) -> Iterator[bytes]:
    """Line after line, for as long as the Space is on its way."""
    sent = 0
    while True:
        over = space.stage not in BUSY
        lines = space.logs[which][sent:]
        for moment, line in lines:
            yield f"data: {json.dumps({'data': line, 'timestamp': moment})}\n\n".encode()
        sent += len(lines)
        if over:
            return
        time.sleep(LOOK_AGAIN)
