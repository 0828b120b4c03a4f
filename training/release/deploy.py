"""Assemble a Space's folder, and put it on the Hub.

    python spaces/deploy.py tumor --local FOLDER       leave a folder that runs by itself
    python spaces/deploy.py tumor --to OWNER/NAME      put it up, wait, ask what answers

The bundled checkpoint goes along, so that the Space answers whatever the Hub does at its start.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from huggingface_hub import SpaceHardware
from huggingface_hub.utils import disable_progress_bars

from shared.checkpoint.contract import REQUIRED
from shared.checkpoint.lock import LOCK_FILE, read_lock
from shared.errors import InputError, PublishError
from training.release import live
from training.release.assembly import UNCOMMITTED, Folder, assemble
from training.release.build import BuildError, show_log, wait_until_running
from training.release.commits import KINDS, Change, Head, changes, head_of, put
from training.release.hub import (
    Repository,
    check_account,
    errors_in_words,
    repository_name,
    run,
    say,
)
from training.release.look import PATIENCE, in_words, look
from training.release.restore import folder_at, way_back
from training.release.space import (
    RUNNING,
    Wanted,
    check_ours,
    create,
    is_public,
    request_hardware,
    stage_of,
    state_of,
)

LONGEST_WAIT = 1800.0  # seconds; a first build installs PyTorch
MORE = 900.0  # seconds for the Hub and for the first answer, beside the build
SIGNS = dict(zip(KINDS, "+~-", strict=True))
MOST_LINES = 30  # changes beyond that are told by folder


@dataclass(frozen=True)
class Compared:
    """A folder beside what the Hub has.

    Attributes:
        head: what it was compared with; None where there is no such Space.
        deployed: whether a version of ours is there already.
        changes: what one commit has to do.
        stage: what the Hub calls its state; None where there is no such Space.
    """

    head: Head | None
    deployed: bool
    changes: tuple[Change, ...]
    stage: str | None


def compare(folder: Folder, wanted: Wanted) -> Compared:
    """Say what would change.

    Raises:
        PublishError: the Space is not ours to overwrite, or the Hub cannot be asked.
    """
    if UNCOMMITTED in folder.source:
        say("Note: spaces/ or shared/ has changes that no commit holds; SOURCE says so.")
    head = head_of(wanted.space)
    deployed = head is not None and check_ours(wanted.space, head, folder.lock.task)
    if head is not None and wanted.private:
        say("--private is for a new Space; this one stays as it is.")
    todo = changes(folder.files, head.files if head else {})
    if head is None:
        on = wanted.hardware or "what the Hub gives a new one"
        say(f"{wanted.space} does not exist yet. It will be made, on {on}.")
    elif not todo:
        say(f"{wanted.space} holds these files already, at {head.commit}.")
    for line in listed(todo):
        say(line)
    stage = None if head is None else stage_of(state_of(wanted.space))
    return Compared(head, deployed, todo, stage)


def listed(todo: Sequence[Change]) -> Iterator[str]:
    """The changes, a line each; many, as of a new Space, by folder."""
    if len(todo) > MOST_LINES:
        yield from _by_folder(todo)
    else:
        for change in todo:
            size = "" if change.kind == "deleted" else f"  {change.size:,} bytes"
            yield f"  {SIGNS[change.kind]} {change.path}{size}"
    counts = {kind: sum(change.kind == kind for change in todo) for kind in KINDS}
    if todo:
        yield ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)


def _by_folder(todo: Sequence[Change]) -> Iterator[str]:
    """A line for what happens in each folder at the top."""

    def place(change: Change) -> tuple[str, str]:
        top, slash, _ = change.path.partition("/")
        return top + slash, change.kind

    for (top, kind), group in groupby(sorted(todo, key=place), place):
        sizes = [change.size for change in group]
        files = "1 file" if len(sizes) == 1 else f"{len(sizes)} files"
        yield f"  {SIGNS[kind]} {top}  {files}, {sum(sizes):,} bytes"


def put_up(folder: Folder, wanted: Wanted, compared: Compared, *, limit: float) -> None:
    """One commit on what was compared, the build, and a look at what answers.

    Args:
        folder, wanted: as for `compare`.
        compared: what it found; a commit that came later is not overwritten.
        limit: seconds for the build.

    Raises:
        PublishError: anything did not work; the end of the log has been shown then, and the way
            back.
    """
    head = compared.head or create(wanted)
    texts = {"title": folder.title, "description": folder.description}
    commit = put(wanted.space, folder.files, on=head, **texts)
    before = compared.head.commit if compared.head else None
    if commit != before:
        say(f"{wanted.space} is at {commit}")
    request_hardware(wanted)
    try:
        wait_until_running(wanted.space, commit, before=compared.stage, limit=limit)
        _look_at(folder, wanted)
    except PublishError as error:
        stage = error.stage if isinstance(error, BuildError) else RUNNING
        show_log(wanted.space, stage)
        older = before if compared.deployed else None
        for line in way_back(folder.name, wanted.space, older, compared.stage, commit):
            say(line)
        raise


def _look_at(folder: Folder, wanted: Wanted) -> None:
    """Check that the locked model answers, with the code that was put up."""
    answer = look(wanted.space, folder.lock, patience=PATIENCE)
    if answer.code != folder.source[0]:
        raise PublishError(
            f"{wanted.space} runs code of {answer.code}, not of {folder.source[0]}: somebody "
            "else deployed at the same time. Look at its history on the Hub."
        )
    say(f"{wanted.space} answers with {in_words(answer)}.")


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Of the command line; exits with code 2 where they say nothing together."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("space", choices=sorted(REQUIRED), help="which Space")
    parser.add_argument(
        "--to", metavar="OWNER/NAME", type=repository_name, help="a Space on the Hub"
    )
    parser.add_argument("--local", metavar="FOLDER", type=Path, help="leave the folder here")
    flavours = [flavour.value for flavour in SpaceHardware]
    parser.add_argument(
        "--hardware", choices=flavours, metavar="NAME", help="zero-a10g, cpu-basic, t4-small, ..."
    )
    parser.add_argument(
        "--without-checkpoint", action="store_true", help="leave the bundled one out: it may wait"
    )
    parser.add_argument("--private", action="store_true", help="a new Space is private")
    parser.add_argument("--back-to", metavar="COMMIT", help="the files of this commit of the Space")
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")
    parser.add_argument(
        "--wait", metavar="SECONDS", type=float, default=LONGEST_WAIT, help="for the build"
    )
    chosen = parser.parse_args(arguments)
    if not (chosen.to or chosen.local):
        parser.error("say where: --to OWNER/NAME, --local FOLDER, or both")
    if chosen.back_to and (chosen.local or chosen.without_checkpoint or not chosen.to):
        parser.error("--back-to goes with --to alone: it puts back what the Space held")
    return chosen


@contextmanager
def wanted_folder(chosen: argparse.Namespace, wanted: Wanted) -> Iterator[Folder]:
    """What shall be on the Hub: assembled here, or as it was once."""
    with tempfile.TemporaryDirectory() as temporary:
        target = Path(temporary) / "space"
        if chosen.back_to:
            yield folder_at(chosen.space, wanted.space, chosen.back_to, target)
            return
        space = live.SPACES / chosen.space
        lock, target = read_lock(space / LOCK_FILE), chosen.local or target
        public = not chosen.to or is_public(lock)
        along = not chosen.without_checkpoint
        if lock.repository is None and not along:
            raise InputError(
                f"No {lock.task} model has been published: the Space has nothing but the bundled "
                "one to answer with. Leave --without-checkpoint out."
            )
        with errors_in_words("assemble the folder", chosen.space):
            folder = assemble(space, target, along=along, public=public)
        yield folder


def deploy(chosen: argparse.Namespace) -> None:
    """Assemble, and put up where asked.

    Raises:
        InputError, CheckpointError, PublishError: it did not work, and why.
    """
    wanted = Wanted(Repository(chosen.to or "", "space"), chosen.hardware, chosen.private)
    if chosen.to:
        disable_progress_bars()  # of each small file; the stages are told in lines
        check_account(wanted.space)
    with wanted_folder(chosen, wanted) as folder:
        if chosen.local:
            say(f"They are in {chosen.local}; python app.py starts them there.")
        if not chosen.to:
            return
        compared = compare(folder, wanted)
        if chosen.dry_run:
            say("Nothing was put up (--dry-run).")
            return
        put_up(folder, wanted, compared, limit=chosen.wait)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line. Exit codes: 0 fine, 1 refused or failed, 2 wrong use."""
    chosen = options(arguments)
    run(lambda: deploy(chosen), chosen.wait + MORE)
