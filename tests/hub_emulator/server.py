"""A Hub in this process, for tests: what the real client sees of it is HTTP on 127.0.0.1.

    with running_hub() as hub:
        token = hub.user("somebody")
        environment = hub.environment(token, home)     # for a process that uses the client
        hub.fail("commit", 503, times=2)               # the next two commits answer 503

It keeps repositories in memory. No product code knows it; only HF_ENDPOINT differs.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hub_emulator import routes
from hub_emulator.accounts import Account
from hub_emulator.builder import build
from hub_emulator.faults import MOMENTS, PAGE_OF_A_PROXY, Failure, Faults, checked
from hub_emulator.handler import Handler, Request, Response, Server
from hub_emulator.repositories import Repo, new_repo
from hub_emulator.space import Builder, Space

SPOILS = ("cut", "changed")


@dataclass
class Hub:
    """Users, repositories, Spaces, and what shall go wrong.

    Attributes:
        quota: bytes that LFS may keep altogether; None is without end.
        paid: whether its users pay; if not, a Gradio Space on cpu-basic is refused with 402.
        builder: what runs a Space when a commit arrives; None leaves it BUILDING.
        page: entries of a tree or a history in one answer.
        part: bytes from which on a file for LFS is sent in parts of that size; None is never.
        renamed: names that repositories had, and those that they have now.
        asked: every request, as method and path.
    """

    address: str = ""
    quota: int | None = None
    paid: bool = True
    builder: Builder | None = build
    page: int = 1000
    part: int | None = None
    renamed: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    accounts: dict[str, Account] = field(default_factory=dict)
    repositories: dict[tuple[str, str], Repo] = field(default_factory=dict)
    spaces: dict[str, Space] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def user(self, name: str, role: str = "write", organisations: tuple[str, ...] = ()) -> str:
        """A token of a user; for `role` see `Account`."""
        if role not in ("write", "read", "fineGrained", "expired"):
            raise ValueError(f"No token has the role {role!r}.")
        account = Account(name, role, tuple(organisations))
        self.accounts[account.token] = account
        return account.token

    def environment(self, token: str | None, home: Path) -> dict[str, str]:
        """The variables for a process whose client shall talk to this Hub alone.

        Args:
            token: None for a visitor who is not signed in.
            home: for its cache and its settings.
        """
        return client_environment(self.address, token, home)

    def publish(self, name: str, folder: Path, repo_type: str = "model") -> str:
        """Put a folder in place of all files of a repository, without the client.

        The repository is made if there is none. Returns the 40-digit commit.
        """
        with self.lock:
            repo = self.repositories.get((repo_type, name)) or self.create(name, repo_type)
            oid = repo.publish(Path(folder))
            self.committed(repo)
        return oid

    def create(self, name: str, repo_type: str = "model", *, private: bool = False) -> Repo:
        """A new repository, with the first commit that the Hub itself makes."""
        repo = self.repositories[repo_type, name] = new_repo(name, repo_type, private=private)
        if repo_type == "space":
            self.spaces[name] = Space(repo, self.address)
        return repo

    def repo(self, name: str, repo_type: str = "model") -> Repo:
        """A repository; KeyError when there is none."""
        return self.repositories[repo_type, name]

    def space(self, name: str) -> Space:
        """A Space's runtime; KeyError when there is none."""
        return self.spaces[name]

    def rename(self, name: str, new: str, repo_type: str = "model") -> None:
        """A repository has another name; the old one leads there."""
        repo = self.repositories[repo_type, new] = self.repositories.pop((repo_type, name))
        repo.name, self.renamed[name] = new, new
        if repo_type == "space":
            self.spaces[new] = self.spaces.pop(name)

    def delete(self, name: str, repo_type: str = "model") -> None:
        """The repository is gone, and what runs of it ends."""
        del self.repositories[repo_type, name]
        if repo_type == "space":
            self.spaces.pop(name).gone()

    def committed(self, repo: Repo) -> None:
        """A commit has arrived: a Space is built from it."""
        if repo.kind == "space":
            self.spaces[repo.name].build(self.builder)

    def fail(
        self,
        step: str,
        status: int,
        times: int = 1,
        headers: Mapping[str, str] = {},
        message: str = "",
        code: str = "",
    ) -> None:
        """The next `times` requests of a step answer so; 0 means until `heal`."""
        self.faults.plan(step, Failure(status, dict(headers), message, code), times)

    def cut(self, step: str, times: int = 1, when: str = "before") -> None:
        """Close the connection without an answer, before or after the work was done.

        Args:
            step: what is cut.
            times: how often; 0 means until `heal`.
            when: "before", "after", or "midway", which sends the first half of a download.
        """
        if when not in MOMENTS:
            raise ValueError(f"A connection is cut {', '.join(MOMENTS)}, not {when!r}.")
        self.faults.plan(step, when, times)

    def mislead(self, step: str, times: int = 1) -> None:
        """The next `times` requests of a step get a page of somebody else's, as from a proxy."""
        self.faults.plan(step, PAGE_OF_A_PROXY, times)

    def distort(self, step: str, times: int = 1) -> None:
        """The next `times` requests of a step get JSON that is not what the Hub says there."""
        self.faults.plan(step, Failure(200, {}, "Please sign in", ""), times)

    def slow(self, step: str, seconds: float, part: str = "answer") -> None:
        """Wait so long before each answer, or let each body trickle for so long (part="body")."""
        waits = {"answer": self.faults.waits, "body": self.faults.trickles}[part]
        waits[checked(step)] = seconds

    def spoil(self, path: str, how: str) -> None:
        """A file of which only the first half ever arrives ("cut"), or one byte is "changed"."""
        if how not in SPOILS:
            raise ValueError(f"A file is {' or '.join(SPOILS)}, not {how!r}.")
        self.faults.spoilt[path] = how

    def before(self, step: str, action: Callable[[], object]) -> None:
        """Do something once, just before the next request of the step is handled."""
        self.faults.actions.setdefault(checked(step), []).append(action)

    def heal(self) -> None:
        """Forget every fault, but for `quota` and `paid`."""
        self.faults.heal()

    def route(self, request: Request) -> tuple[str, Callable[[], Response]]:
        """The step of a request, and what answers it."""
        return routes.route(self, request)


def client_environment(address: str, token: str | None, home: Path) -> dict[str, str]:
    """This process's variables without the client's, and with those that this Hub needs."""
    strange = ("HF_", "HUGGING")
    mine = {key: value for key, value in os.environ.items() if not key.startswith(strange)}
    mine |= {"HF_ENDPOINT": address, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"}
    mine |= {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    return mine | ({"HF_TOKEN": token} if token else {})


@contextmanager
def running_hub(port: int = 0) -> Iterator[Hub]:
    """A Hub on a port of 127.0.0.1, a free one by default; it ends its Spaces when it ends."""
    server = Server(("127.0.0.1", port), Handler)
    hub = server.hub = Hub(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield hub
    finally:
        hub.heal()
        server.shutdown()
        server.server_close()
        for space in hub.spaces.values():
            space.gone()
