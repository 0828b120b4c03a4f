"""Put a Space's files up in one commit, wait until the Hub runs them, and ask what answers."""

from __future__ import annotations

from huggingface_hub import HfApi

from deploying.building import (
    RUNNING,
    BuildError,
    show_log,
    stage_of,
    state,
    wait_until_running,
)
from deploying.code_source import UNCOMMITTED
from deploying.compared import Compared, listed, way_back
from deploying.folder import Folder
from deploying.hosting import (
    Wanted,
    check_ours,
    create,
    request_hardware,
)
from deploying.looking import PATIENCE, in_words, look
from training.hub.commits import changes, head_of, put
from training.hub.errors import PublishError, Say


def compare(api: HfApi, folder: Folder, wanted: Wanted, say: Say) -> Compared:
    """Say what would change.

    Raises:
        PublishError: the Space is not ours to overwrite, or the Hub cannot be asked.
    """
    if UNCOMMITTED in folder.source:
        say("Note: spaces/ or shared/ has changes that no commit holds; SOURCE says so.")
    head = head_of(api, wanted.target, say)
    deployed = head is not None and check_ours(api, wanted.target, head, folder.lock.task, say)
    if head is not None and wanted.private:
        say("--private is for a new Space; this one stays as it is.")
    found = changes(api, wanted.target, folder.files, head, say)
    if head is None:
        on = wanted.hardware or "what the Hub gives a new one"
        say(f"{wanted.repository} does not exist yet. It will be made, on {on}.")
    elif not found:
        say(f"{wanted.repository} holds these files already, at {head}.")
    for line in listed(found):
        say(line)
    stage = None if head is None else stage_of(state(api, wanted.repository, say))
    return Compared(head, deployed, found, stage)


def put_up(
    api: HfApi, folder: Folder, wanted: Wanted, compared: Compared, *, limit: float, say: Say
) -> None:
    """One commit on what was compared, the build, and a look at what answers.

    Args:
        api, folder, wanted: as for `compare`.
        compared: what it found; a commit that came later is not overwritten.
        limit: seconds for the build.
        say: is told of each stage.

    Raises:
        PublishError: anything did not work; the end of the log has been shown then, and the way
            back.
    """
    parent = compared.head or create(api, wanted, say)
    commit = put(
        api,
        wanted.target,
        folder.files,
        parent=parent,
        title=folder.title,
        description=folder.description,
        say=say,
    )
    if commit != compared.head:
        say(f"{wanted.repository} is at {commit}")
    request_hardware(api, wanted, say)
    try:
        wait_until_running(
            api, wanted.repository, commit, before=compared.stage, limit=limit, say=say
        )
        look_at(api, folder, wanted, say)
    except PublishError as error:
        stage = error.stage if isinstance(error, BuildError) else RUNNING
        show_log(api, wanted.repository, stage, say)
        for line in way_back(api, folder.name, wanted, compared, commit):
            say(line)
        raise


def look_at(api: HfApi, folder: Folder, wanted: Wanted, say: Say) -> None:
    """Check that the locked model answers, with the code that was put up.

    Raises:
        PublishError: something else answers, or nothing.
    """
    live = look(api, wanted.repository, folder.lock, patience=PATIENCE, say=say)
    if live.code != folder.source[0]:
        raise PublishError(
            f"{wanted.repository} runs code of {live.code}, not of {folder.source[0]}: somebody "
            "else deployed at the same time. Look at its history on the Hub."
        )
    say(f"{wanted.repository} answers with {in_words(live)}.")
