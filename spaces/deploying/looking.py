"""Ask a live Space which model answers, and say so when it is not the locked one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from huggingface_hub import HfApi, SpaceInfo, get_token
from huggingface_hub.utils import get_session

from deploying.building import BROKEN, OFF, stage_of
from deploying.code_source import SOURCE_FILE
from deploying.hosting import file_at
from shared.checkpoint.contract import digest_of
from shared.checkpoint.lock import Lock
from training.hub.causes import HTTPError
from training.hub.commits import Target
from training.hub.errors import PublishError, Say, patiently

ENDPOINT = "/gradio_api/run/model"  # answered at once, so it needs no queue and no event stream
FROM_THE_HUB = ("hub", "cache")
BUNDLED = "bundled"
WAIT = 30.0  # seconds for one answer
PAUSE = 3.0  # seconds between two questions
PATIENCE = 300.0  # seconds; a Space that sleeps is woken by the question


@dataclass(frozen=True)
class Live:
    """What answers.

    Attributes:
        source: "hub", "cache", "bundled" or "folder".
        revision: the model's commit, or the sha256 of what is not from the Hub.
        sha256: over all files of the checkpoint.
        why: the Space's own words on why this one; may be empty.
        code: commit of this repository that the Space was assembled from; None if it does not say.
    """

    source: str
    revision: str
    sha256: str
    why: str
    code: str | None


def look(api: HfApi, repository: str, lock: Lock, *, patience: float, say: Say) -> Live:
    """Ask until the locked model answers.

    Args:
        api: with a token that may see the Space, if it is private.
        repository: the Space, "owner/name".
        lock: what shall answer.
        patience: seconds for a Space that sleeps, or that has not loaded its model yet.
        say: is told of each wait.

    Raises:
        PublishError: another model answers, or none; it says why and what to do.
    """
    end = time.monotonic() + patience
    while True:
        info = patiently(lambda: api.space_info(repository), "find the Space", repository, say)
        check_on(info)
        asked = ask(info)
        if isinstance(asked, Live):
            live = with_code(api, info, asked, say)
            if is_locked(live, lock):
                return live
            if not may_still_come(live, lock) or time.monotonic() > end:
                raise PublishError(wrong(repository, live, lock))
        elif time.monotonic() > end:
            stage = stage_of(info.runtime)
            raise PublishError(
                f"{repository} does not answer after {patience:.0f} s ({stage}): {asked} "
                "Look at its page and its log, or wait longer with --wait SECONDS."
            )
        time.sleep(PAUSE)


def check_on(info: SpaceInfo) -> None:
    """Refuse to wait for a Space that will not answer.

    Raises:
        PublishError: it is broken, switched off, or has no address.
    """
    stage = stage_of(info.runtime)
    if stage in BROKEN | OFF:
        raise PublishError(
            f"{info.id} is {stage}, so nothing answers. Restart it in its settings on the Hub, or "
            "deploy it again."
        )
    if not info.host:
        raise PublishError(f"{info.id} has no address on the Hub yet. Deploy it first.")


def ask(info: SpaceInfo) -> Live | str:
    """One question to /model: what answers, or why nothing does, in words.

    A token goes along to a private Space alone, which cannot be reached without one.
    """
    token = get_token() if info.private else None
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = get_session().post(
            f"{str(info.host).rstrip('/')}{ENDPOINT}",
            json={"data": []},
            headers=headers,
            timeout=WAIT,
        )
        if answer.status_code != 200:
            return f"/model answers with status {answer.status_code}."
        return as_live(answer.json()["data"][0]["revision"])
    except HTTPError as error:
        return f"its address cannot be reached ({type(error).__name__})."
    except (ValueError, KeyError, IndexError, TypeError):
        return "what its address answers is not what /model says."


def as_live(revision: dict[str, Any]) -> Live:
    """What /model says of the revision."""
    source, commit, sha256 = (str(revision[key]) for key in ("source", "revision", "sha256"))
    return Live(source, commit, sha256, str(revision.get("why") or ""), None)


def with_code(api: HfApi, info: SpaceInfo, live: Live, say: Say) -> Live:
    """The same, with the commit that SOURCE of the running version names."""
    running = (info.runtime.raw.get("sha") if info.runtime else None) or info.sha
    names = {each.rfilename for each in info.siblings or []}
    if running is None or SOURCE_FILE not in names:
        return live
    text = file_at(api, Target(info.id, "space"), str(running), SOURCE_FILE, say)
    return Live(live.source, live.revision, live.sha256, live.why, text.split("\n", 1)[0] or None)


def is_locked(live: Live, lock: Lock) -> bool:
    """Whether the model that answers is the one that the lock names, to the byte."""
    if lock.repository is None:
        return live.source == BUNDLED and live.sha256 == digest_of(lock.files)
    return (
        live.source in FROM_THE_HUB
        and live.revision == lock.commit
        and live.sha256 == digest_of(lock.files)
    )


def may_still_come(live: Live, lock: Lock) -> bool:
    """Whether the Space may be answering with another one until the locked one has arrived."""
    return lock.repository is not None and live.source == BUNDLED


def wrong(repository: str, live: Live, lock: Lock) -> str:
    """That another model answers, why, and what to do."""
    wanted = lock.commit or digest_of(lock.files)
    why = f" The Space says: {live.why}" if live.why else ""
    return (
        f"{repository} answers with {live.revision[:12]} ({live.source}), not with the locked "
        f"{wanted[:12]}.{why} Deploy it: python spaces/deploy.py {lock.task} --to {repository}"
    )


def in_words(live: Live) -> str:
    """What answers, for a terminal."""
    code = f", code {live.code[:12]}" if live.code else ""
    return f"the locked model, {live.revision[:12]} ({live.source}){code}"
