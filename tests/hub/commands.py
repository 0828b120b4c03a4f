"""The commands of a release in this process: what a maintainer types, without a new interpreter."""

from __future__ import annotations

import io
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub import constants
from huggingface_hub.utils import disable_progress_bars

from training.release import live

CLIENT = ("HF_", "HUGGING")  # how the client's variables begin
Main = Callable[[Sequence[str]], None]


@dataclass(frozen=True)
class Told:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str


@contextmanager
def client_of(environment: Mapping[str, str]) -> Iterator[None]:
    """Let the Hub's client of this process read other variables; it read its own when imported."""
    home, endpoint = Path(environment["HF_HOME"]), environment["HF_ENDPOINT"]
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(CLIENT)]:
            patch.delenv(name)
        for name in [name for name in environment if name.startswith(CLIENT)]:
            patch.setenv(name, environment[name])
        patch.setattr(constants, "ENDPOINT", endpoint)
        template = endpoint + "/{repo_id}/resolve/{revision}/{filename}"
        patch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        patch.setattr(constants, "HF_HUB_CACHE", str(home / "hub"))
        patch.setattr(constants, "HF_TOKEN_PATH", str(home / "token"))
        patch.setattr(constants, "HF_DEBUG", bool(environment.get("HF_DEBUG")))
        logger, level = huggingface_hub.utils.logging.get_logger("huggingface_hub"), logging.WARNING
        logger.setLevel(logging.DEBUG if constants.HF_DEBUG else level)
        try:
            yield
        finally:
            logger.setLevel(level)


def run_in_process(
    main: Main, arguments: Sequence[str | Path], tree: Path, environment: Mapping[str, str]
) -> Told:
    """Run a command line to its end.

    Args:
        main: of the command.
        arguments: what is typed after its name.
        tree: the checkout that it works in.
        environment: of a process that would run it.
    """
    disable_progress_bars()
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with client_of(environment), pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "ROOT", tree)
        patch.setattr(live, "SPACES", tree / "spaces")
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main([str(argument) for argument in arguments])
            except SystemExit as end:
                code = int(end.code or 0)
    return Told(code, out.getvalue(), err.getvalue())
