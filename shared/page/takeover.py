"""Another checkpoint takes over while the page is being served, without dropping a request.

The page is built anew and its contents are put into the running one. Gradio's own `swap_blocks`,
for reloading while one writes code, replaces the running page instead, and with it what `launch`
set: the API past the queue would be open, uploads would no longer be deleted, and MCP would go on
with the old one.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from copy import copy

import gradio as gr
from gradio.blocks import BlocksConfig

from shared.checkpoint.hub_errors import detail
from shared.checkpoint.loading import Opened, not_opened, say
from shared.checkpoint.source import LoadedCheckpoint
from shared.errors import CheckpointError

log = logging.getLogger(__name__)

Prepare = Callable[[LoadedCheckpoint], None]


def follow(opened: Opened[gr.Blocks], prepare: Prepare) -> None:
    """Wait in the background for the checkpoint that was not there in time, and let it take over.

    Args:
        opened: the page; it is being served.
        prepare: loads what answers need, before the first one needs it.
    """
    if opened.later is not None:
        threading.Thread(target=_follow, args=(opened, prepare), daemon=True).start()


def _follow(opened: Opened[gr.Blocks], prepare: Prepare) -> None:
    assert opened.later is not None
    stays = f"The {opened.checkpoint.source} checkpoint goes on answering."
    try:
        loaded = opened.later()
    except CheckpointError as error:
        log.warning("%s %s", error, stays)
        return
    try:
        # Gradio notes what is being built in one place for all threads: a component that a request
        # made now would join the new page. No handler of ours makes one; a test keeps that true.
        built = opened.open(loaded)
        prepare(loaded)
    except Exception as error:  # of any library that reads weights
        log.warning("%s %s %s", not_opened(loaded, error), detail(error), stays)
        return
    running = opened.value
    asyncio.run_coroutine_threadsafe(_swap(running, built), _loop(running)).result()
    say(loaded)


def _loop(running: gr.Blocks) -> asyncio.AbstractEventLoop:
    """The server's loop."""
    loop: asyncio.AbstractEventLoop = running.server.servers[0].get_loop()
    return loop


async def _swap(running: gr.Blocks, built: gr.Blocks) -> None:
    """On the server's own loop nothing else can run in between: a request sees all of the old
    contents or all of the new ones.
    """
    put_in(running, built)


def put_in(running: gr.Blocks, built: gr.Blocks) -> None:
    """Put the contents of a page that has been built into the one that is being served.

    What runs or waits in the queue keeps the functions that it came for, and with them its
    checkpoint. A page that is open keeps its own events, so that what it shows, footer included,
    stays true; the API answers from the new contents everywhere.

    Args:
        running: a page that has been launched.
        built: another one of the same Space.
    """
    contents = built.default_config
    contents.root_block = running
    running.default_config, running.children = contents, built.children
    running.title = built.title
    running.temp_file_sets.extend(built.temp_file_sets)  # so that they are swept, too
    built.state_holder = running.state_holder  # what was built knows its own page
    for session in list(running.state_holder.session_data.values()):
        session.blocks_config = _of_open_page(session.blocks_config, contents)
    running.config = running.get_config_file()
    running.app.api_info = running.app.all_app_info = None  # described anew when asked
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
