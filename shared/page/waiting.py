"""A Space whose model has not come yet: a page that says why, and an API that says "not ready".

Its endpoints have the names and parameters of the recorded contract, so that a program that comes
too early reads what is the matter instead of "no such endpoint", and need not connect again.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from html import escape
from typing import Any

import gradio as gr
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.checkpoint.asking import Waiting
from shared.checkpoint.contract import digest_of
from shared.page.gradio_internals import check_counts, count_apart, keep_signatures
from shared.page.html import page_asset, text
from shared.page.schema import WAITING, ExplainedRevision
from shared.page.uploads import DELETE_UPLOADS, forget_on_close

Forget = Callable[[str], None]

AGAIN = 10  # seconds after which a program may ask again
DIRECT = ("/gradio_api/run/", "/gradio_api/api/")  # one request, one answer: a status can say it
NOT_HERE = "The model is not here yet"


def waiting_page(
    waiting: Waiting, *, title: str, head: str, register: Callable[[], None], forget: Forget
) -> gr.Blocks:
    """Lay out a page that waits for its model and asks every few seconds whether it has come.

    Args:
        waiting: why there is none yet; it is told anew with each answer.
        title, head: of the Space.
        register: adds the endpoints, as made by `not_ready`.
        forget: drops what the Space itself keeps of a session.
    """
    with gr.Blocks(title=title, analytics_enabled=False, delete_cache=DELETE_UPLOADS) as blocks:
        count_apart(blocks)
        text(head)
        text(waiting_html(waiting), js_on_load=page_asset("waiting.js"))
        register()
        forget_on_close(blocks, forget)
    keep_signatures(blocks)
    check_counts(blocks)
    return blocks


def waiting_html(waiting: Waiting) -> str:
    """That the model is not here yet, where it comes from, and why that takes time.

    The first reason stands in it already; `waiting.js` keeps it true.
    """
    return (
        f'<section class="panel waiting"><h2>{NOT_HERE}</h2>'
        f"<p>This Space fetches {escape(str(waiting.lock.repository))} from the Hugging Face Hub. "
        "This page changes by itself when the model has come.</p>"
        f'<p class="reason" role="status" aria-live="polite">{escape(waiting.reason)}</p>'
        "</section>"
    )


def not_ready(function: Callable[..., Any], waiting: Waiting) -> Callable[..., Any]:
    """An endpoint of the same name, parameters and description, which has nothing to answer from.

    Args:
        function: the endpoint, or the method of a class that has no instance yet.
        waiting: why.
    """
    signature = inspect.signature(function)
    parameters = [each for each in signature.parameters.values() if each.name != "self"]

    @functools.wraps(function)
    def refuse(*values: object, **named: object) -> Any:
        raise gr.Error(f"Not ready, try again in a moment. {waiting.reason}", print_exception=False)

    refuse.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=parameters
    )
    return refuse


def tell(function: Callable[..., Any], waiting: Waiting) -> Callable[..., Any]:
    """The endpoint `/model` while there is none: its revision says what is waited for, and why."""

    @functools.wraps(function)
    def model() -> dict[str, Any]:
        return {"revision": revision_of_waiting(waiting)}

    model.__signature__ = inspect.signature(function).replace(  # type: ignore[attr-defined]
        parameters=[]
    )
    return model


def revision_of_waiting(waiting: Waiting) -> ExplainedRevision:
    """What is waited for: the locked revision, under a source that nothing can be answered from."""
    lock = waiting.lock
    return {
        "source": WAITING,
        "repository": lock.repository,
        "revision": lock.commit or "",
        "sha256": digest_of(lock.files),
        "why": waiting.reason,
    }


def in_503(waiting: Waiting) -> Middleware:
    """What turns the status of "not ready" into 503 with Retry-After.

    Gradio answers every error of a function with 500, which programs take for a fault of ours.
    """
    return Middleware(_ServiceUnavailable, waiting=waiting)


class _ServiceUnavailable:
    """Stands in front of the app (ASGI); once the model has come, everything passes as it is."""

    def __init__(self, app: ASGIApp, waiting: Waiting) -> None:
        self.app, self.waiting = app, waiting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        direct = scope["type"] == "http" and any(path in scope["path"] for path in DIRECT)

        async def send_503(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 500:
                again = (b"retry-after", str(AGAIN).encode())
                message = {**message, "status": 503, "headers": [*message["headers"], again]}
            await send(message)

        await self.app(scope, receive, send_503 if direct and not self.waiting.over else send)
