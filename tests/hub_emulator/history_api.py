"""Commits, branches and tags over the Hub's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub_emulator.handler import Refused, Request, Response, as_json
from hub_emulator.repos_api import at, readable, writable
from hub_emulator.repositories import MAIN

if TYPE_CHECKING:
    from hub_emulator.server import Hub


def page_of(hub: Hub, request: Request, entries: list[Any]) -> Response:
    """The next entries, and where those after them are."""
    start = int(request.first("cursor", "0"))
    end = start + hub.page
    pairs = [(key, value) for key, values in request.query.items() for value in values]
    query = "&".join(f"{key}={value}" for key, value in pairs if key != "cursor")
    address = f"{hub.address}{request.path}?{query}&cursor={end}"
    more = {"Link": f'<{address}>; rel="next"'} if end < len(entries) else {}
    return as_json(entries[start:end], headers=more)


def refs(hub: Hub, request: Request, kind: str, name: str) -> Response:
    """The branch and the tags."""
    repo = readable(hub, request, kind, name)
    branch = {"name": MAIN, "ref": f"refs/heads/{MAIN}", "targetCommit": repo.head}
    tags = [
        {"name": tag, "ref": f"refs/tags/{tag}", "targetCommit": oid}
        for tag, (oid, _) in repo.tags.items()
    ]
    return as_json({"branches": [branch], "converts": [], "tags": tags, "pullRequests": []})


def commits(hub: Hub, request: Request, kind: str, name: str, revision: str) -> Response:
    """The history up to a revision, newest first."""
    repo = readable(hub, request, kind, name)
    start = repo.commits.index(at(repo, revision))
    entries = [
        {
            "id": commit.oid,
            "title": commit.title,
            "message": commit.description,
            "authors": [{"user": commit.author}],
            "date": commit.moment,
        }
        for commit in repo.commits[start:]
    ]
    return page_of(hub, request, entries)


def tag(hub: Hub, request: Request, kind: str, name: str, revision: str) -> Response:
    """A name for a commit."""
    repo = writable(hub, request, kind, name)
    wanted = request.json()
    commit = at(repo, revision)
    if wanted["tag"] in repo.tags:
        raise Refused(409, f"Tag reference exists already: refs/tags/{wanted['tag']}")
    repo.tags[wanted["tag"]] = (commit.oid, wanted.get("message", ""))
    return as_json({})


def untag(hub: Hub, request: Request, kind: str, name: str, revision: str) -> Response:
    """A tag is gone."""
    repo = writable(hub, request, kind, name)
    if repo.tags.pop(revision, None) is None:
        raise Refused(404, f"Invalid rev id: refs/tags/{revision}", "RevisionNotFound")
    return as_json({})
