"""What create_commit needs: the card's check, upload modes, LFS, and the commit itself."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import yaml

from hub_emulator.accounts import holder
from hub_emulator.git import belongs_to_lfs, blob_oid, sha256
from hub_emulator.handler import Refused, Request, Response, as_json
from hub_emulator.repos_api import at, front_matter, url_of, writable
from hub_emulator.repositories import Repo

if TYPE_CHECKING:
    from hub_emulator.server import Hub

FULL = "Private repository storage limit reached, please upgrade your plan to increase your limit."
FULL_PUBLIC = (
    "Your storage patterns tripped our internal systems! Please contact us at"
    " website@huggingface.co so we can verify your account and unlock more storage."
)
COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
NEEDED = {"space": ("sdk",)}


def validate_yaml(_: Hub, request: Request) -> Response:
    """Whether the front matter of README.md is in order."""
    wanted = request.json()
    errors, warnings = faults_of_card(wanted["content"], wanted.get("repoType", "model"))
    answer = {
        "errors": [{"message": each} for each in errors],
        "warnings": [{"message": each} for each in warnings],
    }
    return as_json(answer, 400 if errors else 200)


def faults_of_card(page: str, kind: str) -> tuple[list[str], list[str]]:
    """Errors and warnings about a README.md."""
    if not page.startswith("---\n"):
        return [], ["empty or missing yaml metadata in repo card"]
    try:
        yaml.safe_load(page[4:].split("\n---", 1)[0])
    except yaml.YAMLError as error:
        return [f"Failed to parse YAML metadata: {error}".splitlines()[0]], []
    card = front_matter(page) or {}
    errors = [f'"{name}" is required' for name in NEEDED.get(kind, ()) if name not in card]
    for name in ("colorFrom", "colorTo"):
        if kind == "space" and card.get(name, "red") not in COLOURS:
            errors.append(f'"{name}" must be one of [{", ".join(COLOURS)}]')
    if kind == "space" and len(str(card.get("short_description", ""))) > 60:
        errors.append('"short_description" length must be less than or equal to 60 characters long')
    return errors, []


def preupload(hub: Hub, request: Request, kind: str, name: str, revision: str) -> Response:
    """For each file: whether LFS wants it, and the oid of what lies there already."""
    repo = writable(hub, request, kind, name)
    commit = at(repo, revision)
    answers = []
    for file in request.json()["files"]:
        path, sample = file["path"], base64.b64decode(file["sample"])
        large = belongs_to_lfs(path, file["size"], sample, commit.files)
        answer = {"path": path, "uploadMode": "lfs" if large else "regular", "shouldIgnore": False}
        if path in commit.files:
            oid = sha256 if path in commit.large else blob_oid
            answer["oid"] = oid(commit.files[path])
        answers.append(answer)
    return as_json({"files": answers, "commitOid": commit.oid})


def lfs_batch(hub: Hub, request: Request, kind: str, name: str) -> Response:
    """Where to put each file; nowhere when it is there already."""
    repo = writable(hub, request, kind, name)
    objects = request.json()["objects"]
    missing = [each for each in objects if each["oid"] not in repo.stored]
    used = sum(each.used() for each in hub.repositories.values())
    if hub.quota is not None and used + sum(each["size"] for each in missing) > hub.quota:
        raise Refused(403, FULL if repo.private else FULL_PUBLIC)
    git = f"{url_of(hub, repo)}.git"
    answers = [
        each | ({"actions": actions(git, each, hub.part)} if each in missing else {})
        for each in objects
    ]
    return as_json({"transfer": "multipart" if hub.part else "basic", "objects": answers})


def actions(git: str, wanted: dict[str, Any], part: int | None) -> dict[str, Any]:
    """Where a file is put, whole or part by part, and where the client asks whether it arrived."""
    verify = {"href": f"{git}/info/lfs/verify"}
    oid, size = wanted["oid"], wanted["size"]
    if part is None or size <= part:
        return {"upload": {"href": f"{git}/storage/{oid}/{size}"}, "verify": verify}
    count = -(-size // part)
    header = {f"{number:05}": f"{git}/parts/{oid}/{number}" for number in range(1, count + 1)}
    upload = {"href": f"{git}/parts/{oid}", "header": {"chunk_size": str(part), **header}}
    return {"upload": upload, "verify": verify}


def store_part(hub: Hub, request: Request, kind: str, name: str, oid: str, number: str) -> Response:
    """A part of a file for LFS; what its ETag says has to come back when all have arrived."""
    hub.repo(name, kind).parts[oid, int(number)] = request.body
    return Response(200, b"", {"ETag": f'"{sha256(request.body)}"'})


def put_together(hub: Hub, request: Request, kind: str, name: str, oid: str) -> Response:
    """All parts have arrived."""
    repo, told = hub.repo(name, kind), request.json()
    parts = [repo.parts.pop((oid, part["partNumber"]), b"") for part in told["parts"]]
    if [part["etag"].strip('"') for part in told["parts"]] != [sha256(part) for part in parts]:
        raise Refused(400, "InvalidPart: an ETag is not that of the part")
    if sha256(b"".join(parts)) != oid:
        raise Refused(400, "BadDigest: the parts together have another sha256")
    repo.stored[oid] = b"".join(parts)
    return as_json({})


def store(hub: Hub, request: Request, kind: str, name: str, oid: str, size: str) -> Response:
    """A file for LFS; its address is the permission, as with a signed one."""
    content = request.body
    if len(content) != int(size) or sha256(content) != oid:
        raise Refused(400, f"BadDigest: {len(content)} bytes with sha256 {sha256(content)}")
    hub.repo(name, kind).stored[oid] = content
    return Response(200, b"", {"ETag": f'"{oid}"'})


def verify(hub: Hub, request: Request, kind: str, name: str) -> Response:
    """Whether a file arrived whole."""
    repo, wanted = writable(hub, request, kind, name), request.json()
    if len(repo.stored.get(wanted["oid"], b"")) != wanted["size"]:
        raise Refused(404, f"Object {wanted['oid']} of {wanted['size']} bytes is not there")
    return as_json({})


def commit(hub: Hub, request: Request, kind: str, name: str, revision: str) -> Response:
    """All changes at once, or none of them."""
    repo = writable(hub, request, kind, name)
    if revision != "main" or request.first("create_pr"):
        raise Refused(400, f"This Hub keeps commits on main only, not on {revision}")
    lines = [json.loads(line) for line in request.body.splitlines() if line.strip()]
    header = next(line["value"] for line in lines if line["key"] == "header")
    if header.get("parentCommit", repo.head) != repo.head:
        raise Refused(412, "A commit has happened since. Please refresh and try again.")
    changed = Change(repo)
    for line in lines:
        changed.apply(line["key"], line["value"])
    page = changed.files.get("README.md", b"").decode("utf-8", "replace")
    if errors := faults_of_card(page, kind)[0]:
        raise Refused(400, f"Invalid metadata in README.md: {'; '.join(errors)}")
    about = {"description": header.get("description", "")}
    author = holder(hub.accounts, request.token)
    about["author"] = author.name if author else repo.owner
    made = repo.add(
        changed.files, frozenset(changed.large), title=header.get("summary", ""), **about
    )
    hub.committed(repo)
    url = f"{url_of(hub, repo)}/commit/{made.oid}"
    return as_json({"success": True, "commitOid": made.oid, "commitUrl": url, "hookOutput": ""})


class Change:
    """The files of a repository as a commit will leave them."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.files = dict(repo.files)
        self.large = set(repo.commits[0].large if repo.commits else ())

    def apply(self, key: str, value: dict[str, Any]) -> None:
        """Do what one line of the commit says."""
        path = value.get("path", "")
        if key == "file":
            self.files[path] = base64.b64decode(value["content"])
            self.large.discard(path)
        elif key == "lfsFile":
            self.files[path] = self._stored(path, value["oid"])
            self.large.add(path)
        elif key == "deletedFile":
            self._delete([path] if path in self.files else [], path)
        elif key == "deletedFolder":
            folder = path.rstrip("/") + "/"
            self._delete([each for each in self.files if each.startswith(folder)], path)

    def _stored(self, path: str, oid: str) -> bytes:
        if oid not in self.repo.stored:
            why = "an LFS pointer pointed to a file that does not exist"
            raise Refused(400, f"Your push was rejected because {why}. Offending file: {path}")
        return self.repo.stored[oid]

    def _delete(self, paths: list[str], wanted: str) -> None:
        if not paths:
            raise Refused(404, f"A file with this name doesn't exist: {wanted}", "EntryNotFound")
        for path in paths:
            del self.files[path]
            self.large.discard(path)
