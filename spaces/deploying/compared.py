"""What a deploy changes on the Hub, in lines, and how to have the version before again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from huggingface_hub import HfApi

from deploying.building import BROKEN
from deploying.hosting import Wanted
from training.hub.commits import Change
from training.hub.errors import PublishError, patiently

SIGNS = {"added": "+", "changed": "~", "deleted": "-"}
MOST_LINES = 30  # changes beyond that are told by folder
MOST_VERSIONS = 5


@dataclass(frozen=True)
class Compared:
    """A folder beside what the Hub has.

    Attributes:
        head: the commit that it was compared with; None where there is no such Space.
        deployed: whether a version of ours is there already.
        changes: what one commit has to do.
        stage: what the Hub calls its state; None where there is no such Space.
    """

    head: str | None
    deployed: bool
    changes: tuple[Change, ...]
    stage: str | None


def listed(changes: Sequence[Change]) -> Iterator[str]:
    """The changes, a line each; many, as of a new Space, by folder."""
    if len(changes) > MOST_LINES:
        yield from by_folder(changes)
    else:
        for change in changes:
            size = "" if change.kind == "deleted" else f"  {change.size:,} bytes"
            yield f"  {SIGNS[change.kind]} {change.path}{size}"
    counts = {kind: sum(each.kind == kind for each in changes) for kind in SIGNS}
    if changes:
        yield ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)


def by_folder(changes: Sequence[Change]) -> Iterator[str]:
    """A line for what happens in each folder at the top."""

    def place(change: Change) -> tuple[str, str]:
        top, slash, _ = change.path.partition("/")
        return top + slash, change.kind

    for (top, kind), group in groupby(sorted(changes, key=place), place):
        sizes = [each.size for each in group]
        files = "1 file" if len(sizes) == 1 else f"{len(sizes)} files"
        yield f"  {SIGNS[kind]} {top}  {files}, {sum(sizes):,} bytes"


def way_back(
    api: HfApi, name: str, wanted: Wanted, compared: Compared, commit: str
) -> Iterator[str]:
    """How to have an earlier version again, in lines.

    Args:
        api, wanted: which Space.
        name: of the Space in this repository.
        compared: what was there before.
        commit: what has just failed.
    """
    command = f"python spaces/deploy.py {name} --to {wanted.repository} --back-to"
    if not compared.deployed:
        yield "There is no version before this one. Mend it and deploy again."
    elif compared.stage not in BROKEN and compared.head != commit:
        yield f"The way back to the version before: {command} {compared.head}"
    else:
        yield "The version before did not run either. Earlier ones, newest first:"
        yield from earlier(api, wanted, {commit, str(compared.head)})
        yield f"The way back to one of them: {command} COMMIT"


def earlier(api: HfApi, wanted: Wanted, but: set[str]) -> Iterator[str]:
    """The Space's last few commits, but for some."""
    try:
        found = patiently(
            lambda: api.list_repo_commits(wanted.repository, repo_type="space"),
            "read its history",
            wanted.repository,
        )
    except PublishError as error:
        yield f"  {error}"
        return
    versions = [each for each in found if each.commit_id not in but]
    for each in versions[:MOST_VERSIONS]:
        yield f"  {each.commit_id}  {each.created_at:%Y-%m-%d %H:%M}  {each.title}"
