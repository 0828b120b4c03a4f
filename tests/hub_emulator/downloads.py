"""Trees and files over the Hub's API."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from hub_emulator.accounts import check_may_fetch, holder
from hub_emulator.git import blob_oid, lfs_facts, pointer, sha256
from hub_emulator.handler import Refused, Request, Response, as_json
from hub_emulator.history_api import page_of
from hub_emulator.repos_api import at, readable
from hub_emulator.repositories import Commit

if TYPE_CHECKING:
    from hub_emulator.server import Hub


def tree(
    hub: Hub, request: Request, kind: str, name: str, revision: str, path: str = ""
) -> Response:
    """Files and folders below a path, with oids, sizes and what LFS keeps."""
    commit = at(readable(hub, request, kind, name), revision)
    below = [name for name in all_paths(commit) if path == "" or name.startswith(f"{path}/")]
    if path and not below:
        raise Refused(404, f'{path} does not exist on "{revision}"', "EntryNotFound")
    if request.first("recursive") != "true":
        below = [name for name in below if str(PurePosixPath(name).parent) == (path or ".")]
    expand = request.first("expand") == "true"
    return page_of(hub, request, [entry(commit, name, expand=expand) for name in below])


def paths_info(hub: Hub, request: Request, kind: str, name: str, revision: str) -> Response:
    """The same about named paths; those that do not exist are left out."""
    commit = at(readable(hub, request, kind, name), revision)
    asked = parse_qs(request.body.decode())
    known, expand = set(all_paths(commit)), asked.get("expand", [""])[0] == "true"
    paths = [path for path in asked.get("paths", []) if path in known]
    return as_json([entry(commit, path, expand=expand) for path in paths])


def all_paths(commit: Commit) -> list[str]:
    """Its files and their folders."""
    parents = (str(parent) for path in commit.files for parent in PurePosixPath(path).parents)
    return sorted({*commit.files, *parents} - {"."})


def entry(commit: Commit, path: str, *, expand: bool) -> dict[str, object]:
    """What the tree says about a file or a folder."""
    last = {"id": commit.oid, "title": commit.title, "date": commit.moment}
    more: dict[str, object] = {"lastCommit": last} if expand else {}
    if path not in commit.files:
        inside = [(each, sha256(commit.files[each])) for each in sorted(commit.files)]
        facts = repr([pair for pair in inside if pair[0].startswith(f"{path}/")])
        oid = hashlib.sha1(facts.encode()).hexdigest()
        return {"type": "directory", "oid": oid, "size": 0, "path": path, **more}
    content = commit.files[path]
    facts = {"type": "file", "oid": blob_oid(content), "size": len(content), "path": path, **more}
    if path in commit.large:
        facts |= {"oid": blob_oid(pointer(content)), "lfs": lfs_facts(content)}
    return facts


def resolve(hub: Hub, request: Request, kind: str, name: str, revision: str, path: str) -> Response:
    """A file or, with Range, a part of it."""
    repo = readable(hub, request, kind, name)
    check_may_fetch(holder(hub.accounts, request.token), repo)
    commit = at(repo, revision)
    if path not in commit.files:
        refused = Refused(404, "Entry not found", "EntryNotFound").response()
        headers = {**refused.headers, "X-Repo-Commit": commit.oid}
        return Response(refused.status, refused.body, headers)
    content = commit.files[path]
    etag = sha256(content) if path in commit.large else blob_oid(content)
    headers = {
        "X-Repo-Commit": commit.oid,
        "ETag": f'"{etag}"',
        "Accept-Ranges": "bytes",
        "Content-Type": "application/octet-stream",
    }
    if path in commit.large:
        headers |= {"X-Linked-Size": str(len(content)), "X-Linked-ETag": f'"{etag}"'}
    return part(content, request.headers.get("Range", ""), headers, hub.faults.spoilt.get(path))


def part(content: bytes, wanted: str, headers: dict[str, str], spoilt: str | None) -> Response:
    """The bytes that Range asks for, spoilt as a test ordered."""
    start, end = span(wanted, len(content))
    if start >= len(content) and wanted:
        return Response(416, b"", {**headers, "Content-Range": f"bytes */{len(content)}"})
    half = max(len(content) // 2 - start, 0) if spoilt == "cut" else None
    if spoilt == "changed" and content:
        content = bytes([content[0] ^ 1]) + content[1:]
    if not wanted:
        return Response(200, content, headers, spoilt=half)
    headers = {**headers, "Content-Range": f"bytes {start}-{end - 1}/{len(content)}"}
    return Response(206, content[start:end], headers, spoilt=half)


def span(wanted: str, size: int) -> tuple[int, int]:
    """First byte and the one after the last that a Range header asks for."""
    parts = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted)
    if parts is None:
        return 0, size
    first, last = parts.groups()
    if not first:
        return max(size - int(last or 0), 0), size
    return int(first), min(int(last) + 1, size) if last else size
