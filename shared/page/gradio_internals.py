"""All that touches what Gradio does not document: the one place to check after an upgrade.

A test keeps other modules away from Gradio's submodules and from the attributes used here.
"""

import asyncio
import inspect
from copy import copy
from typing import Any

import gradio as gr
from gradio.blocks import BlockFunction, BlocksConfig
from gradio.data_classes import FileData as FileData
from gradio.data_classes import GradioModel as GradioModel
from gradio.route_utils import get_root_url
from gradio_client.utils import is_file_obj_with_meta as is_file_obj_with_meta


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


def _of_open_page(before: BlocksConfig, after: BlocksConfig) -> BlocksConfig:
    """What a page or a client that came before sees: its own numbers, the API's new functions."""
    public = {fn.api_name: fn for fn in after.fns.values() if fn.api_visibility != "private"}
    seen = copy(before)
    seen.blocks |= after.blocks
    seen.fns = {
        number: fn if fn.api_visibility == "private" else public.get(fn.api_name, fn)
        for number, fn in before.fns.items()
    }
    return seen
