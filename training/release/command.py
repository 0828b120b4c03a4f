"""How the command lines of a release begin and end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from huggingface_hub import get_session

from shared.checkpoint.contract import REQUIRED
from shared.errors import CheckpointError
from training.hub.errors import PATIENCE, PublishError
from training.hub.reasons import AGAIN, without_secrets
from training.hub.repository import repository_name

REFUSED, BROKEN_OFF = 1, 130


def say(line: str) -> None:
    """Tell the person at the terminal, at once."""
    print(without_secrets(line), flush=True)


def run(action: Callable[[], None]) -> None:
    """Do what a command line is for.

    Raises:
        SystemExit: with 1 after a refusal, whose sentence stands on standard error; with 130 where
            somebody broke it off.
    """
    get_session().timeout = PATIENCE
    try:
        action()
    except (PublishError, CheckpointError) as error:
        print(without_secrets(str(error)), file=sys.stderr)
        sys.exit(REFUSED)
    except KeyboardInterrupt:
        print(f"\nBroken off. {AGAIN}", file=sys.stderr)
        sys.exit(BROKEN_OFF)


def for_a_space(description: str | None) -> argparse.ArgumentParser:
    """A command line whose first word is a task."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("task", choices=sorted(REQUIRED), help="which Space")
    return parser


def add_repository(parser: argparse.ArgumentParser, when: str) -> None:
    """The option that names another repository than the lock's; `when` it is needed."""
    parser.add_argument("--repo", type=repository_name, metavar="OWNER/NAME", help=when)
