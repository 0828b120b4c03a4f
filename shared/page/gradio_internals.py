"""All that touches what Gradio does not document: the one place to check after an upgrade.

A test keeps other modules away from Gradio's submodules and from the attributes used here.
"""

import asyncio
import inspect
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

import gradio as gr
from gradio import http_server
from gradio.blocks import BlockFunction, BlocksConfig
from gradio.data_classes import FileData as FileData
from gradio.data_classes import GradioModel as GradioModel
from gradio.route_utils import get_root_url
from gradio_client.utils import is_file_obj_with_meta as is_file_obj_with_meta

FAR = 10_000  # more functions than a page has
LOOK = 0.01  # seconds between two looks at whether the server has started


def launch(blocks: gr.Blocks, **settings: Any) -> None:
    """Gradio's own `launch` without its two limits of time, which a busy machine exceeds.

    - Gradio asks for its own page at the end and gives up after 3 s ("When localhost is not
      accessible ..."). That request stands in line behind callers who came earlier, whose calls
      take turns on the same event loop, and on a busy machine each turn takes long: a Space that
      answers everybody was ended. That the address answers is known by then: `launch` has had an
      answer of it just before, and waited for that without a limit. The check is there to offer a
      shared link, which we never want. `_frontend=False` leaves out this check and nothing else.
    - Gradio takes a server that has not started within 5 s for one whose port is taken, and starts
      another one on the next port, where nobody looks for it. We wait as long as its thread lives:
      where the port is really taken, the thread ends at once.

    Args:
        blocks: the page.
        settings: of `launch`.
    """
    with _patient():
        blocks.launch(_frontend=False, **settings)


@contextmanager
def _patient() -> Iterator[None]:
    """Gradio waits for its server as long as that is starting."""
    impatient = http_server.Server.run_in_thread
    http_server.Server.run_in_thread = _run_in_thread  # type: ignore[method-assign]
    try:
        yield
    finally:
        http_server.Server.run_in_thread = impatient  # type: ignore[method-assign]


def _run_in_thread(server: http_server.Server) -> None:
    """Start a server in a thread and return when it has started.

    Raises:
        OSError: it has ended instead; Gradio tries the next port then.
    """
    server.thread = threading.Thread(target=server.run, daemon=True)
    if server.reloader:  # on a Space; it looks for changes while somebody writes code there
        server.watch_thread = threading.Thread(target=server.watch, daemon=True)
        server.watch_thread.start()
    server.thread.start()
    while not server.started:
        if not server.thread.is_alive():
            raise OSError("The server has ended instead of starting.")
        time.sleep(LOOK)


def count_apart(blocks: gr.Blocks) -> None:
    """Number the functions of a page beyond those of any other, before it has any.

    A client asks for a function by the number that it had when the client came. After another page
    has taken over, such a number must not mean another function; see `_Functions`.
    """
    blocks.default_config.fn_id = FAR


def receive_as(control: gr.HTML, model: type[GradioModel]) -> None:
    """Let Gradio check what the browser sends from a control of our own.

    With a model of `FileData` it also checks that a file was uploaded and is not another file of
    the server.
    """
    control.data_model = model


def public_address(request: gr.Request) -> str:
    """The address of this server as the visitor's browser sees it, behind a proxy too."""
    inner = request.request
    assert inner is not None  # Gradio sets it for every event
    return get_root_url(inner, inner.url.path, inner.app.root_path).rstrip("/")


def forget_values(blocks: gr.Blocks, session: str) -> None:
    """Drop the last value of every component, which Gradio keeps for each open page."""
    blocks.state_holder.session_data.pop(session, None)


def check_counts(blocks: gr.Blocks) -> None:
    """Count the values of every call before they are read.

    Gradio's own check prints all that was sent, with a traceback, and lets further values pass.
    """
    blocks.validate_inputs = _check_count  # type: ignore[method-assign, assignment]


def _check_count(called: BlockFunction, inputs: list[Any]) -> None:
    wanted = len(called.inputs)
    if len(inputs) != wanted:
        raise gr.Error(
            f"{called.api_name or called.name} takes {wanted} values in their order; "
            f"{len(inputs)} came. Send null for what is left out.",
            print_exception=False,
        )


def keep_signatures(blocks: gr.Blocks) -> None:
    """Read the signatures of a page's components once.

    For each call that names no session Gradio describes every component of the page, and reads the
    signature of its class anew: a part of every answer's time. `inspect.signature` takes what
    stands in `__signature__` instead (PEP 362).
    """
    classes = {parent for block in blocks.blocks.values() for parent in type(block).__mro__}
    for parent in classes:
        constructor = vars(parent).get("__init__")
        if inspect.isfunction(constructor):
            constructor.__signature__ = inspect.signature(constructor)  # type: ignore[attr-defined]


def swap(running: gr.Blocks, built: gr.Blocks) -> None:
    """Do `put_in` between two requests of a running server, from another thread.

    On the server's own loop nothing else can run in between, so that a request sees all of the old
    contents or all of the new ones.
    """
    loop: asyncio.AbstractEventLoop = running.server.servers[0].get_loop()

    async def on_the_loop() -> None:
        put_in(running, built)

    asyncio.run_coroutine_threadsafe(on_the_loop(), loop).result()


def put_in(running: gr.Blocks, built: gr.Blocks) -> None:
    """Put the contents of a page that has been built into the one that is being served.

    Gradio's own `swap_blocks`, for reloading while one writes code, replaces the running page
    instead, and with it what `launch` set: the API past the queue would be open, uploads would no
    longer be deleted, and MCP would go on with the old page.

    What runs or waits in the queue keeps the functions that it came for, and with them its
    checkpoint. A page that is open keeps its own events, so that what it shows, footer included,
    stays true; the API answers from the new contents everywhere.
    """
    # Components and events: whoever opens the page from here on gets those of the new one.
    contents = built.default_config
    contents.root_block = running
    contents.fns = _Functions(contents.fns, of_before=running.default_config.fns)
    running.default_config, running.children = contents, built.children
    running.title = built.title
    running.temp_file_sets.extend(built.temp_file_sets)  # so that they are swept, too
    # The new page's own handlers, which forget a session when it closes, look for it in there.
    built.state_holder = running.state_holder
    # Each open page holds a copy of its configuration: it keeps its events and learns the new API.
    for session in list(running.state_holder.session_data.values()):
        session.blocks_config = _of_open_page(session.blocks_config, contents)
    # What Gradio has worked out once and kept: the page's description, the API's, the MCP tools.
    running.config = running.get_config_file()
    running.app.api_info = running.app.all_app_info = None
    if running.mcp_server_obj is not None:
        running.mcp_server_obj.api_info = running.get_api_info()
        running.mcp_server_obj.tool_to_endpoint = running.mcp_server_obj.get_tool_to_endpoint()


class _Functions(dict[int, BlockFunction]):
    """The functions of a page by number, which also know the numbers of the page before it.

    Whoever listed the functions then and asks only now gets the new function of the same name.
    Those numbers are understood but not listed, so that nobody learns them any more.
    """

    def __init__(self, now: dict[int, BlockFunction], *, of_before: dict[int, BlockFunction]):
        """Take over the numbers of the page before."""
        super().__init__(now)
        self.of_before = _as_now(of_before, now)

    def __missing__(self, number: int) -> BlockFunction:
        """The function that an old number means now."""
        return self.of_before[number]


def _as_now(
    before: dict[int, BlockFunction], now: dict[int, BlockFunction]
) -> dict[int, BlockFunction]:
    """What the numbers of a page mean in the next one: the page's own as they were, the API's by
    name.
    """
    public = {fn.api_name: fn for fn in now.values() if fn.api_visibility != "private"}
    return {
        number: fn if fn.api_visibility == "private" else public.get(fn.api_name, fn)
        for number, fn in before.items()
    }


def _of_open_page(before: BlocksConfig, after: BlocksConfig) -> BlocksConfig:
    """What a page or a client that came before sees: its own numbers, the API's new functions."""
    seen = copy(before)
    seen.blocks |= after.blocks
    seen.fns = _as_now(before.fns, after.fns)
    return seen
