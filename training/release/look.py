"""Ask a live Space which model answers: `python spaces/look.py tumor --at OWNER/NAME`.

Exits with 1 and a sentence when it is not the one that checkpoint.json locks, or nothing answers.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from huggingface_hub import SpaceInfo, get_token
from huggingface_hub.errors import HTTPError
from huggingface_hub.utils import disable_progress_bars, get_session

from shared.checkpoint.contract import digest_of
from shared.checkpoint.lock import Lock
from shared.errors import PublishError
from shared.pauses import pause
from training.release.assembly import SOURCE_FILE
from training.release.commits import file_at
from training.release.hub import Repository, parser_for_a_space, repository_name, request, run, say
from training.release.live import lock_of_task
from training.release.space import BROKEN, OFF, stage_of

ENDPOINT = "/gradio_api/run/model"  # answered at once, so it needs no queue and no event stream
FROM_THE_HUB = ("hub", "cache")
BUNDLED = "bundled"
WAITING = "waiting"  # as `shared.page.schema` has it: there is none yet, and `why` says why
WAIT = 30.0  # seconds for one answer
PAUSE = 3.0  # seconds between two questions
MORE = 60.0  # seconds for the Hub, beside the Space itself
PATIENCE = 300.0  # seconds; a Space that sleeps is woken by the question


@dataclass(frozen=True)
class Answer:
    """What answers.

    Attributes:
        source: "hub", "cache", "bundled" or "folder"; "waiting" while there is none.
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


def look(space: Repository, lock: Lock, *, patience: float) -> Answer:
    """Ask until the locked model answers.

    Args:
        space: which one; its client has a token that may see it, if it is private.
        lock: what shall answer.
        patience: seconds for a Space that sleeps, or that has not loaded its model yet.

    Raises:
        PublishError: another model answers, or none; it says why and what to do.
    """
    end = time.monotonic() + patience
    while True:
        info = request(lambda: space.api.space_info(space.name), "find the Space", space)
        _check_on(info)
        reply = _ask(info)
        if isinstance(reply, Answer):
            answer = _with_code(space, info, reply)
            if _is_locked(answer, lock):
                return answer
            if not _may_still_come(answer, lock) or time.monotonic() > end:
                raise PublishError(_wrong(space, answer, lock))
        elif time.monotonic() > end:
            stage = stage_of(info.runtime)
            raise PublishError(
                f"{space} does not answer after {patience:.0f} s ({stage}): {reply} "
                "Look at its page and its log, or wait longer with --wait SECONDS."
            )
        pause(PAUSE)


def _check_on(info: SpaceInfo) -> None:
    """Refuse to wait for a Space that will not answer."""
    stage = stage_of(info.runtime)
    if stage in BROKEN | OFF:
        raise PublishError(
            f"{info.id} is {stage}, so nothing answers. Restart it in its settings on the Hub, or "
            "deploy it again."
        )
    if not info.host:
        raise PublishError(f"{info.id} has no address on the Hub yet. Deploy it first.")


def _ask(info: SpaceInfo) -> Answer | str:
    """One question to /model: what answers, or why nothing does, in words.

    A token goes along to a private Space alone, which cannot be reached without one.
    """
    token = get_token() if info.private else None
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        reply = get_session().post(
            f"{str(info.host).rstrip('/')}{ENDPOINT}",
            json={"data": []},
            headers=headers,
            timeout=WAIT,
        )
        if reply.status_code != 200:
            return f"/model answers with status {reply.status_code}."
        return _as_answer(reply.json()["data"][0]["revision"])
    except HTTPError as error:
        return f"its address cannot be reached ({type(error).__name__})."
    except (ValueError, KeyError, IndexError, TypeError):
        return "what its address answers is not what /model says."


def _as_answer(revision: dict[str, Any]) -> Answer:
    """What /model says of the revision."""
    source, commit, sha256 = (str(revision[key]) for key in ("source", "revision", "sha256"))
    return Answer(source, commit, sha256, str(revision.get("why") or ""), None)


def _with_code(space: Repository, info: SpaceInfo, answer: Answer) -> Answer:
    """The same, with the commit that SOURCE of the running version names."""
    running = (info.runtime.raw.get("sha") if info.runtime else None) or info.sha
    names = {file.rfilename for file in info.siblings or []}
    if running is None or SOURCE_FILE not in names:
        return answer
    text = file_at(space, str(running), SOURCE_FILE)
    return replace(answer, code=text.split("\n", 1)[0] or None)


def _is_locked(answer: Answer, lock: Lock) -> bool:
    """Whether the model that answers is the one that the lock names, to the byte."""
    if lock.repository is None:
        return answer.source == BUNDLED and answer.sha256 == digest_of(lock.files)
    return (
        answer.source in FROM_THE_HUB
        and answer.revision == lock.commit
        and answer.sha256 == digest_of(lock.files)
    )


def _may_still_come(answer: Answer, lock: Lock) -> bool:
    """Whether the Space may be answering with another one, or with none, until the locked one has
    arrived.
    """
    return lock.repository is not None and answer.source in (BUNDLED, WAITING)


def _wrong(space: Repository, answer: Answer, lock: Lock) -> str:
    """That another model answers, why, and what to do."""
    wanted = lock.commit or digest_of(lock.files)
    why = f" The Space says: {answer.why}" if answer.why else ""
    return (
        f"{space} answers with {answer.revision[:12]} ({answer.source}), not with the locked "
        f"{wanted[:12]}.{why} Deploy it: python spaces/deploy.py {lock.task} --to {space}"
    )


def in_words(answer: Answer) -> str:
    """What answers, for a terminal."""
    code = f", code {answer.code[:12]}" if answer.code else ""
    return f"the locked model, {answer.revision[:12]} ({answer.source}){code}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line. Exit codes: 0 the locked model answers, 1 it does not, 2 wrong use."""
    parser = parser_for_a_space(__doc__)
    parser.add_argument(
        "--at", metavar="OWNER/NAME", type=repository_name, required=True, help="a Space on the Hub"
    )
    parser.add_argument(
        "--wait", metavar="SECONDS", type=float, default=PATIENCE, help="for an answer"
    )
    chosen = parser.parse_args(arguments)
    space = Repository(chosen.at, "space")

    def action() -> None:
        answer = look(space, lock_of_task(chosen.task), patience=chosen.wait)
        say(f"{space} answers with {in_words(answer)}.")

    disable_progress_bars()
    run(action, chosen.wait + MORE)
