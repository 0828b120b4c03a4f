"""Repositories in memory: commits, tags, and what LFS keeps for them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from hub_emulator.git import ATTRIBUTES, LFS, belongs_to_lfs, blob_oid, matches_attributes
from hub_emulator.handler import iso

MAIN = "main"
SPACE_PAGE = """---
title: {name}
emoji: 🚀
colorFrom: blue
colorTo: gray
sdk: {sdk}
app_file: app.py
pinned: false
---
"""


@dataclass(frozen=True)
class Commit:
    """One state of a repository.

    Attributes:
        oid: 40 hexadecimal digits.
        files: everything in it, by path.
        large: the paths that LFS keeps.
        parent: oid of the commit before, empty for the first.
    """

    oid: str
    title: str
    description: str
    date: datetime
    author: str
    files: Mapping[str, bytes]
    large: frozenset[str]
    parent: str

    @property
    def moment(self) -> str:
        """Its date as the Hub writes it."""
        return iso(self.date.timestamp())


@dataclass
class Repo:
    """One repository.

    Attributes:
        name: OWNER/NAME.
        kind: "model", "dataset" or "space".
        commits: newest first.
        tags: name to commit and message.
        stored: what LFS keeps, by sha256.
        parts: of what is being sent to LFS, by its sha256 and number.
        settings: what it was created with (sdk).
        gated: "" or how people are let in, "auto" or "manual".
        let_in: names of those who were.
    """

    name: str
    kind: str
    private: bool = False
    commits: list[Commit] = field(default_factory=list)
    tags: dict[str, tuple[str, str]] = field(default_factory=dict)
    stored: dict[str, bytes] = field(default_factory=dict)
    parts: dict[tuple[str, int], bytes] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    gated: str = ""
    let_in: set[str] = field(default_factory=set)

    @property
    def owner(self) -> str:
        """The user or organisation it belongs to."""
        return self.name.split("/")[0]

    @property
    def head(self) -> str:
        """Oid of the newest commit, empty when there is none."""
        return self.commits[0].oid if self.commits else ""

    @property
    def files(self) -> Mapping[str, bytes]:
        """The files of the newest commit."""
        return self.commits[0].files if self.commits else {}

    def find(self, revision: str) -> Commit | None:
        """The commit that a branch, a tag, or seven or more digits of an oid name."""
        if revision in (MAIN, f"refs/heads/{MAIN}"):
            return self.commits[0] if self.commits else None
        oid = self.tags.get(revision.removeprefix("refs/tags/"), (revision, ""))[0]
        if not re.fullmatch(r"[0-9a-f]{7,40}", oid):
            return None
        return next((commit for commit in self.commits if commit.oid.startswith(oid)), None)

    def add(
        self, files: Mapping[str, bytes], large: frozenset[str], *, title: str, **about: str
    ) -> Commit:
        """Put a commit on top; paths in LFS that .gitattributes does not know are added to it.

        Args:
            files: everything that the repository holds afterwards.
            large: the paths among them that LFS keeps.
            title: first line of its message.
            about: `description` and `author`.
        """
        files = with_attributes(dict(files), large)
        description, author = about.get("description", ""), about.get("author", self.owner)
        lines = [self.kind, self.name, self.head, title, description, str(len(self.commits))]
        lines += [f"{path} {blob_oid(content)}" for path, content in sorted(files.items())]
        oid = hashlib.sha1("\n".join(lines).encode()).hexdigest()
        now = datetime.now(UTC)
        commit = Commit(oid, title, description, now, author, files, large, self.head)
        self.commits.insert(0, commit)
        self.stored |= {hashlib.sha256(files[path]).hexdigest(): files[path] for path in large}
        return commit

    def publish(self, folder: Path) -> str:
        """Put a folder in place of all files, as one commit; returns its oid."""
        named = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        files = {
            path: self.files[path] for path in [".gitattributes"] if path in self.files
        } | named
        large = frozenset(
            path
            for path, content in named.items()
            if belongs_to_lfs(path, len(content), content[:512], files)
        )
        return self.add(files, large, title="Upload folder").oid

    def forget(self, oid: str) -> None:
        """A commit and the tags on it are gone, as after a rewritten history."""
        self.commits = [commit for commit in self.commits if commit.oid != oid]
        self.tags = {name: tag for name, tag in self.tags.items() if tag[0] != oid}

    def used(self) -> int:
        """Bytes that LFS keeps for it."""
        return sum(len(content) for content in self.stored.values())


def new_repo(name: str, kind: str, *, private: bool = False, sdk: str = "gradio") -> Repo:
    """A repository with the first commit that the Hub itself makes."""
    repo = Repo(name, kind, private, settings={"sdk": sdk} if kind == "space" else {})
    page = SPACE_PAGE.format(name=name.split("/")[1], sdk=sdk).encode()
    files = {".gitattributes": ATTRIBUTES} | ({"README.md": page} if kind == "space" else {})
    repo.add(files, frozenset(), title="initial commit")
    return repo


def with_attributes(files: dict[str, bytes], large: frozenset[str]) -> dict[str, bytes]:
    """The files with a .gitattributes that names every path in LFS."""
    unknown = sorted(path for path in large if not matches_attributes(path, files))
    if unknown:
        lines = "".join(f"{path} {LFS}\n" for path in unknown).encode()
        files[".gitattributes"] = files.get(".gitattributes", b"") + lines
    return files
