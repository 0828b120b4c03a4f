"""What Gradio does not document is touched in one module alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from imports_of import PACKAGES, ROOT, SPACE_PACKAGES, modules

ALLOWED = PACKAGES["shared"] / "page" / "gradio_internals.py"
PAGES = (PACKAGES["shared"] / "page", *SPACE_PACKAGES.values())  # all that may import Gradio
PRODUCT = [path for folder in PAGES for path in modules(folder) if path != ALLOWED]
GRADIO = ("gradio", "gradio_client")
# Attributes of `Blocks`, `App`, `Request` and components that Gradio's documentation does not name.
INTERNAL = {
    "all_app_info", "api_info", "blocks_config", "data_model", "default_config", "fn_id",
    "get_config_file", "mcp_server_obj", "root_block", "run_in_thread", "session_data",
    "state_holder", "temp_file_sets", "tool_to_endpoint", "validate_inputs",
}  # fmt: skip


def touched(source: str) -> set[str]:
    """What a module uses of Gradio's insides: submodules, private names, internal attributes."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names if is_inside(alias.name)}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in GRADIO:
            private = {alias.name for alias in node.names if alias.name.startswith("_")}
            names |= private | ({str(node.module)} if is_inside(str(node.module)) else set())
        elif isinstance(node, ast.Attribute) and (node.attr in INTERNAL or is_private(node)):
            names.add(node.attr)
    return names


def is_inside(module: str) -> bool:
    """Whether it is a submodule of Gradio, which may move between releases."""
    return module.split(".")[0] in GRADIO and "." in module


def is_private(node: ast.Attribute) -> bool:
    """Whether it is `_name` of something other than our own object or class."""
    owner = node.value
    own = isinstance(owner, ast.Name) and owner.id in ("self", "cls")
    dunder = node.attr.startswith("__") and node.attr.endswith("__")
    return node.attr.startswith("_") and not own and not dunder


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_only_one_module_touches_what_gradio_does_not_document(path: Path) -> None:
    assert not touched(path.read_text(encoding="utf-8")), f"put it into {ALLOWED.name}"


def test_the_one_module_does_touch_it() -> None:
    names = touched(ALLOWED.read_text(encoding="utf-8"))
    assert names >= INTERNAL
    assert {"gradio.blocks", "gradio.route_utils", "gradio_client.utils"} <= names


@pytest.mark.parametrize(
    "source",
    ["import gradio.routes", "from gradio.blocks import Blocks", "from gradio import _x",
     "page._queue", "page.state_holder", "gr.Blocks._run()"],
)  # fmt: skip
def test_each_way_to_touch_it_is_found(source: str) -> None:
    assert touched(source)
