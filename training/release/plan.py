"""What pushing a checkpoint would do: found out and told, and nothing written."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub.hf_api import RepoFile

from shared.checkpoint.contract import EVALUATION_FILE, REQUIRED, list_files
from shared.errors import PublishError
from training.cards import CARD_FILE
from training.release.card import accepted_in, accepted_text, published_card
from training.release.check import check_answers
from training.release.commits import (
    Change,
    Files,
    Head,
    changes,
    file_at,
    head_of,
    remote_files,
    size_of,
)
from training.release.gate import Comparison, compare, table
from training.release.hub import Repository, request, say
from training.release.live import Live, live_checkpoint
from training.release.versions import Version, version_at, versions

TITLE = "Checkpoint for "  # how the commit of a push begins


@dataclass(frozen=True)
class Plan:
    """A push that has been thought through.

    Attributes:
        task: of the checkpoint.
        folder: of the checkpoint.
        repository: where it is to be published.
        files: all that the repository is to hold.
        head: what it holds; None where there is no repository.
        changes: what has to happen to the files of the head.
        known: its versions, oldest first.
        same: an earlier version with the same model, which is not the head; None for none.
        theirs: the card on the Hub; empty for none.
        live: what the new checkpoint is compared with.
        comparison: figure by figure.
    """

    task: str
    folder: Path
    repository: Repository
    files: Files
    head: Head | None
    changes: tuple[Change, ...]
    known: tuple[Version, ...]
    same: Version | None
    theirs: str
    live: Live
    comparison: Comparison

    @property
    def card(self) -> str:
        """The card that is to be published."""
        content = self.files[CARD_FILE]
        assert isinstance(content, bytes)  # `make_plan` made it
        return content.decode("utf-8")

    @property
    def published(self) -> Version | None:
        """The version that holds exactly these files already; None if there is none."""
        if self.head is not None and not self.changes:
            return version_at(self.known, self.head.commit)
        return self.same


def make_plan(folder: Path, repository: Repository, reason: str) -> Plan:
    """Look at a checkpoint, at the one that is live and at the repository.

    Args:
        folder: of the new checkpoint.
        repository: where it is to be published.
        reason: why figures that got worse are accepted; empty for no reason.

    Raises:
        CheckpointError: the checkpoint is not sound, or cannot be compared with the live one.
        PublishError: the repository holds anything else, or the Hub cannot be asked.
    """
    say("Checking the checkpoint: files, hashes, weights, examples ...")
    task = check_answers(folder)
    live = live_checkpoint(task)
    comparison = compare(folder, live.folder)
    say(f"Compared with {live.words}, which is live. Looking at {repository} ...")
    head = head_of(repository)
    known = versions(repository) if head else ()
    if head is not None:
        _check_ours(repository, head, task, known)
    local = {name: folder / name for name in list_files(folder)}
    there = head is not None and _holds_model(local, head.files)
    has_card = head is not None and CARD_FILE in head.files
    theirs = file_at(repository, head.commit, CARD_FILE) if head and has_card else ""
    # A model that is there already keeps what its card says: what is live may have changed since.
    accepted = accepted_in(theirs) if there else accepted_text(comparison, live, reason)
    card = str(published_card(folder, repository.name, accepted)).encode("utf-8")
    files: Files = {**local, CARD_FILE: card}
    return Plan(
        task=task,
        folder=folder,
        repository=repository,
        files=files,
        head=head,
        changes=changes(files, head.files if head else {}),
        known=known,
        same=None if there else _version_of(repository, local, known),
        theirs=theirs,
        live=live,
        comparison=comparison,
    )


def _check_ours(repository: Repository, head: Head, task: str, known: tuple[Version, ...]) -> None:
    """Refuse a repository that holds anything but versions of this model.

    A push deletes what its checkpoint does not have, so every file has to be of a checkpoint: one
    that the contract names, or that a version holds. A commit of an earlier push, which was broken
    off before it had a tag, holds nothing else either.

    Raises:
        PublishError: it names what is not ours.
    """
    others = head.names - {CARD_FILE}
    if not others:
        _check_empty_card(repository, head)
        return
    theirs = _task_at(repository, head)
    if theirs != task:
        holds = f"a {theirs} model" if theirs else "something else: no evaluation.json of ours"
        raise PublishError(
            f"{repository} holds {holds}, and a push would delete it. It was left as it is. Name "
            f"another repository for the {task} model; one that does not exist is made."
        )
    others -= set(REQUIRED[task])
    for version in reversed(known):
        if others:
            others -= set(remote_files(repository, version.commit))
    if others and not _title_of(repository, head).startswith(TITLE):
        raise PublishError(
            f"{repository} holds {', '.join(sorted(others))}, which no version of this model "
            f"has: somebody else put it there, with {head.commit} or before. Nothing was deleted. "
            "Move it to another repository, or delete it there, then run the command again."
        )


def _title_of(repository: Repository, head: Head) -> str:
    """The first line of what the newest commit says."""

    def ask() -> str:
        (newest, *_) = repository.api.list_repo_commits(repository.name, revision=head.commit)
        return newest.title

    return request(ask, "list the commits", repository)


def _check_empty_card(repository: Repository, head: Head) -> None:
    """Refuse a repository of nothing but a page that somebody wrote."""
    if CARD_FILE not in head.names:
        return
    page = file_at(repository, head.commit, CARD_FILE)
    if re.sub(r"\A---\n.*?\n---\n", "", page, flags=re.DOTALL).strip():
        raise PublishError(
            f"{repository} holds a {CARD_FILE} that somebody wrote, and a push would replace it. "
            "Name another repository, or delete that page first."
        )


def _task_at(repository: Repository, head: Head) -> str | None:
    """What the checkpoint in a repository is for; None where there is none that can be read."""
    if EVALUATION_FILE not in head.names:
        return None
    try:
        record = json.loads(file_at(repository, head.commit, EVALUATION_FILE))
        return str(record["task"])
    except (ValueError, KeyError, TypeError):
        return None


def _holds_model(files: Mapping[str, Path], there: Mapping[str, RepoFile]) -> bool:
    """Whether a revision holds these files, whatever its card says."""
    return all(change.path == CARD_FILE for change in changes(files, there))


def _version_of(
    repository: Repository, files: Mapping[str, Path], known: tuple[Version, ...]
) -> Version | None:
    """The newest version that holds these files, whatever its card says; None for none."""
    for version in reversed(known):
        if _holds_model(files, remote_files(repository, version.commit)):
            return version
    return None


def told(plan: Plan) -> str:
    """All of a plan, for a person to read: files, card and figures."""
    return (
        f"Files of {plan.repository}:\n\n{_files_table(plan)}\n\n"
        f"Its card:\n\n{_card_diff(plan)}\n\n{gate_table(plan)}"
    )


def gate_table(plan: Plan) -> str:
    """The figures beside those of what is live."""
    return f"Against {plan.live.words}:\n\n{table(plan.comparison)}\n"


def deletions(plan: Plan) -> str:
    """What the push deletes, a line each; empty for nothing."""
    gone = [change.path for change in plan.changes if change.kind == "deleted"]
    if not gone:
        return ""
    lines = "\n".join(f"  - {path}" for path in gone)
    return f"Deleted from {plan.repository}, as this checkpoint does not have them:\n{lines}\n"


def _files_table(plan: Plan) -> str:
    """What happens to each file of the repository, with its size."""
    kinds = {change.path: change.kind for change in plan.changes}
    rows = {path: (kinds.get(path, "same"), size_of(plan.files[path])) for path in plan.files}
    rows |= {change.path: ("deleted", 0) for change in plan.changes if change.kind == "deleted"}
    lines = [f"  {rows[path][0]:8} {rows[path][1]:>12,}  {path}" for path in sorted(rows)]
    sent = sum(change.size for change in plan.changes)
    return "\n".join(
        [*lines, f"  {len(plan.changes)} of {len(rows)} change, {sent:,} bytes to send"]
    )


def _card_diff(plan: Plan) -> str:
    """The card that would be published against the one on the Hub.

    Where there is none yet, against the checkpoint's own, which most of it is.
    """
    own = (plan.folder / CARD_FILE).read_text(encoding="utf-8")
    before = plan.theirs or own
    name = f"{plan.repository}/{CARD_FILE}"
    lines = difflib.unified_diff(
        before.splitlines(),
        plan.card.splitlines(),
        name if plan.theirs else f"checkpoint/{CARD_FILE}",
        f"{name} after the push",
        lineterm="",
    )
    return "\n".join(lines) or "stays as it is."
