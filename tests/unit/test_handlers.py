"""What answers requests makes no part of a page."""

from __future__ import annotations

import ast

import gradio as gr
from gradio.blocks import Block
from imports_of import PACKAGES, SPACE_PACKAGES, modules

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def test_no_handler_makes_a_component() -> None:
    """A page that is being built beside it would take the component, and what a visitor sent."""
    for package in (*SPACE_PACKAGES, "shared"):
        for module in modules(PACKAGES[package]):
            tree = ast.parse(module.read_text(encoding="utf-8"))
            made = {node.attr for handler in handlers(tree) for node in ast.walk(handler)
                    if isinstance(node, ast.Attribute) and is_component(node)}  # fmt: skip
            assert not made, f"{module.name} makes {made} while it answers; use gr.update"


def handlers(tree: ast.Module) -> list[ast.AST]:
    """Methods, and functions inside functions: what answers requests is one of them."""
    functions = [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]
    inside = [f for outer in functions for f in ast.walk(outer)
              if isinstance(f, FUNCTIONS) and f is not outer]  # fmt: skip
    methods = [f for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for f in node.body
               if isinstance(f, FUNCTIONS)]  # fmt: skip
    return [*inside, *methods]


def is_component(attribute: ast.Attribute) -> bool:
    """Whether it is a class of `gr` that becomes part of a page."""
    meant = (
        getattr(gr, attribute.attr, None) if getattr(attribute.value, "id", "") == "gr" else None
    )
    return isinstance(meant, type) and issubclass(meant, Block)
