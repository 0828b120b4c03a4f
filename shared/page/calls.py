"""What every endpoint does first and last: check that a file is one, and pass an error on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr
from gradio_client.utils import is_file_obj_with_meta

from shared.errors import InputError


def file_path(sent: Any, name: str, example: str) -> str:
    """The path of an upload that Gradio has checked; it checks only what is marked as a file.

    Args:
        sent: what came in place of a file.
        name: of the parameter.
        example: a file name for the advice.

    Raises:
        InputError: it is not marked as a file.
    """
    if not is_file_obj_with_meta(sent):
        raise InputError(
            f"{name} must be a file, but {type(sent).__name__} was sent. Upload it first: "
            f'handle_file("{example}") in the Python and JavaScript clients, or '
            "/gradio_api/upload."
        )
    return str(sent["path"])


@contextmanager
def plain_errors() -> Iterator[None]:
    """An `InputError` as the error that Gradio passes on to callers, with the same text and no
    traceback.
    """
    try:
        yield
    except InputError as error:
        raise gr.Error(str(error), print_exception=False) from error
