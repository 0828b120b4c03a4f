"""Accounts and repositories over the Hub's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from hub_emulator.accounts import check_may_create, check_may_read, check_may_write, holder, who
from hub_emulator.git import blob_oid, lfs_facts, pointer, sha256
from hub_emulator.handler import Refused, Request, Response, as_json
from hub_emulator.repositories import MAIN, Commit, Repo

if TYPE_CHECKING:
    from hub_emulator.server import Hub

PAID = (
    "Static Spaces are free for everyone, but hosting Gradio and Docker Spaces on free cpu-basic"
    " requires a PRO subscription. Subscribe at https://huggingface.co/pro"
)


def readable(hub: Hub, request: Request, kind: str, name: str) -> Repo:
    """A repository that the holder of the token may read."""
    account = holder(hub.accounts, request.token)
    return check_may_read(account, hub.repositories.get((kind, name)))


def writable(hub: Hub, request: Request, kind: str, name: str) -> Repo:
    """A repository that the holder of the token may change."""
    repo = readable(hub, request, kind, name)
    check_may_write(holder(hub.accounts, request.token), repo)
    return repo


def at(repo: Repo, revision: str) -> Commit:
    """The commit that a revision names."""
    commit = repo.find(revision)
    if commit is None:
        raise Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")
    return commit


def url_of(hub: Hub, repo: Repo) -> str:
    """The address of its page."""
    prefix = "" if repo.kind == "model" else f"{repo.kind}s/"
    return f"{hub.address}/{prefix}{repo.name}"


def whoami(hub: Hub, request: Request) -> Response:
    """Whose token it is."""
    return as_json(who(holder(hub.accounts, request.token), pays=hub.paid))


def create(hub: Hub, request: Request) -> Response:
    """A new repository."""
    wanted, account = request.json(), holder(hub.accounts, request.token)
    kind = wanted.get("type") or "model"
    owner = wanted.get("organization") or (account.name if account else "")
    check_may_create(account, owner, kind)
    flavor = wanted.get("hardware") or "cpu-basic"
    if kind == "space" and wanted["sdk"] != "static" and flavor == "cpu-basic" and not hub.paid:
        raise Refused(402, PAID)
    name = f"{owner}/{wanted['name']}"
    if (kind, name) in hub.repositories:
        url = url_of(hub, hub.repo(name, kind))
        raise Refused(409, f"You already created this {kind} repo: {name}", url=url)
    repo = hub.create(name, kind, private=wanted.get("visibility") == "private")
    if kind == "space":
        repo.settings["sdk"] = wanted["sdk"]
        hub.space(name).set_up(wanted)
    return as_json({"url": url_of(hub, repo), "name": name, "id": name})


def delete(hub: Hub, request: Request) -> Response:
    """A repository is gone."""
    wanted, account = request.json(), holder(hub.accounts, request.token)
    kind = wanted.get("type") or "model"
    owner = wanted.get("organization") or (account.name if account else "")
    repo = writable(hub, request, kind, f"{owner}/{wanted['name']}")
    hub.delete(repo.name, repo.kind)
    return as_json({})


def settings(hub: Hub, request: Request, kind: str, name: str) -> Response:
    """Who may see a repository."""
    repo = writable(hub, request, kind, name)
    if "visibility" in request.json():
        repo.private = request.json()["visibility"] == "private"
    return as_json({"private": repo.private})


def auth_check(hub: Hub, request: Request, kind: str, name: str) -> Response:
    """Whether the holder of the token may read (or, with /write, change) a repository."""
    check = writable if request.path.endswith("/write") else readable
    check(hub, request, kind, name)
    return as_json({})


def info(hub: Hub, request: Request, kind: str, name: str, revision: str = MAIN) -> Response:
    """All about a repository at a revision."""
    repo = readable(hub, request, kind, name)
    commit = at(repo, revision)
    about = {
        "_id": sha256(f"{kind} {name}".encode())[:24],
        "id": name,
        "author": repo.owner,
        "sha": commit.oid,
        "createdAt": repo.commits[-1].moment,
        "lastModified": commit.moment,
        "private": repo.private,
        "gated": repo.gated or False,
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "usedStorage": repo.used(),
        "siblings": [sibling(commit, path, request) for path in sorted(commit.files)],
    }
    about |= facts_of_card(commit)
    if kind == "model":
        about["modelId"] = name
    if kind == "space":
        about |= hub.space(name).facts() | {"sdk": repo.settings["sdk"]}
    return as_json(about)


def sibling(commit: Commit, path: str, request: Request) -> dict[str, object]:
    """One of the files that `info` lists; with its size and oids where they are asked for."""
    content = commit.files[path]
    if not request.first("blobs"):
        return {"rfilename": path}
    entry = {"rfilename": path, "size": len(content), "blobId": blob_oid(content)}
    if path in commit.large:
        facts = lfs_facts(content)
        entry |= {"blobId": blob_oid(pointer(content)), "lfs": facts | {"sha256": facts["oid"]}}
    return entry


def facts_of_card(commit: Commit) -> dict[str, Any]:
    """What the Hub reads from the front matter of README.md."""
    card = front_matter(commit.files.get("README.md", b"").decode("utf-8", "replace")) or {}
    licence = [f"license:{card['license']}"] if "license" in card else []
    tags = [*(card.get("tags") or []), *licence]
    names = ("pipeline_tag", "library_name", "models", "datasets", "sdk")
    return {"cardData": card, "tags": tags} | {name: card[name] for name in names if name in card}


def front_matter(page: str) -> dict[str, Any] | None:
    """The YAML between the first two lines of ---; None without it or when it is broken."""
    if not page.startswith("---\n") or "\n---" not in page[3:]:
        return None
    try:
        keys = yaml.safe_load(page[4:].split("\n---", 1)[0])
    except yaml.YAMLError:
        return None
    return keys if isinstance(keys, dict) else None
