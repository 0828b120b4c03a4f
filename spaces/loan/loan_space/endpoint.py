"""A function with one keyword parameter for each field, as Gradio wants to see it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Literal

from shared.loan.fields.application import NOT_STATED
from shared.loan.fields.declared import Field, Fields
from shared.page.endpoints import plain_errors

Work = Callable[[Mapping[str, object]], Any]


def endpoint(name: str, fields: Fields, work: Work, returns: type, description: str) -> Work:
    """A function whose signature, annotations and docstring are made from the fields.

    Gradio reads names, types and defaults of an endpoint from its function; with the fields in a
    checkpoint they are only known once it has been loaded.

    Args:
        name: of the function.
        fields: a keyword parameter each; None, the default, is "not stated".
        work: takes the values by the name of their field.
        returns: the type of what it returns.
        description: the first lines of the docstring, and what it returns behind an empty line.
    """

    def call(*values: object) -> Any:
        with plain_errors():
            return work(dict(zip((field.name for field in fields), values, strict=True)))

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    hints = {field.name: annotation(field) for field in fields}
    parameters = [
        inspect.Parameter(key, kind, default=None, annotation=hint) for key, hint in hints.items()
    ]
    call.__name__ = call.__qualname__ = name
    call.__annotations__ = {**hints, "return": returns}
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        parameters, return_annotation=returns
    )
    call.__doc__ = docstring(fields, description)
    return call


def annotation(field: Field) -> Any:
    """The type of a field in the API."""
    if field.kind == "number":
        return float | None
    return Literal[field.values] | None


def docstring(fields: Fields, description: str) -> str:
    """What clients, the OpenAPI page and MCP tools show."""
    what, _, returned = description.partition("\n\n")
    lines = "\n".join(f"    {field.name}: {explained(field)}" for field in fields)
    on_one_line = " ".join(returned.split())  # Gradio puts a comma where a line ends
    return f"{what}\n\nParameters:\n{lines}\n\nReturns:\n    {on_one_line}"


def explained(field: Field) -> str:
    """A field in one sentence for a program."""
    values = accepted(field) if field.kind == "number" else f"one of {accepted(field)}"
    return f"{field.label}, {values}; None is {NOT_STATED}."


def accepted(field: Field) -> str:
    """What a field takes: a range with its unit, or its choices."""
    if field.kind == "number":
        return f"{field.lowest:,.0f} to {field.highest:,.0f} {field.unit}"
    return ", ".join(field.values)
