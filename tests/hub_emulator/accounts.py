"""Users, their tokens, and what they may do."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from hub_emulator.handler import Refused
from hub_emulator.repositories import Repo

MAY_WRITE = ("write", "fineGrained")


@dataclass(frozen=True)
class Account:
    """The holder of a token.

    Attributes:
        role: "write", "read", "fineGrained" (may write, and does not tell its organisations), or
            "expired".
        organisations: those that the user may write in.
    """

    name: str
    role: str
    organisations: tuple[str, ...] = ()

    @property
    def token(self) -> str:
        """A token that looks like one of the Hub's."""
        seed = f"{self.name} {self.role} {self.organisations}".encode()
        return f"hf_{hashlib.sha256(seed).hexdigest()[:34]}"

    def owns(self, namespace: str) -> bool:
        """Whether a namespace is the user's own or an organisation's of theirs."""
        return namespace in (self.name, *self.organisations)


def holder(accounts: Mapping[str, Account], token: str) -> Account | None:
    """Whose token it is; None without one. A wrong or expired one is refused."""
    if not token:
        return None
    if token not in accounts:
        raise Refused(401, "Invalid credentials in Authorization header")
    account = accounts[token]
    if account.role == "expired":
        raise Refused(401, f'User Access Token "{account.name}" is expired')
    return account


def who(account: Account | None, *, pays: bool) -> dict[str, object]:
    """What whoami tells."""
    if account is None:
        raise Refused(401, "Invalid username or password.")
    token = {"displayName": "for tests", "role": account.role, "createdAt": "2026-01-01T00:00:00Z"}
    return {
        "type": "user",
        "id": hashlib.md5(account.name.encode()).hexdigest()[:24],
        "name": account.name,
        "fullname": account.name,
        "isPro": pays,
        "orgs": [
            {"type": "org", "name": name, "fullname": name, "roleInOrg": "write"}
            for name in account.organisations
            if account.role != "fineGrained"
        ],
        "auth": {"type": "access_token", "accessToken": token},
    }


def check_may_read(account: Account | None, repo: Repo | None) -> Repo:
    """The repository; one that is missing and one that is not theirs look the same."""
    if repo is not None and (not repo.private or (account and account.owns(repo.owner))):
        return repo
    if account is None:
        raise Refused(401, "Invalid username or password.", "RepoNotFound")
    raise Refused(404, "Repository not found", "RepoNotFound")


def check_may_fetch(account: Account | None, repo: Repo) -> None:
    """Refuse the files of a gated repository to whom its owner has not let in; all may see it."""
    if not repo.gated or (account and (account.owns(repo.owner) or account.name in repo.let_in)):
        return
    page = f"Visit the page of {repo.name} to ask for access."
    if account is None:
        raise Refused(401, f"Access to model {repo.name} is restricted. {page}", "GatedRepo")
    raise Refused(403, f"You are not in the authorized list. {page}", "GatedRepo")


def check_may_write(account: Account | None, repo: Repo) -> Account:
    """The account, if it may change the repository."""
    if account is None:
        raise Refused(401, "Invalid username or password.")
    if not account.owns(repo.owner):
        raise Refused(403, "Forbidden: pass `create_pr=1` as a query parameter to create a PR")
    if account.role not in MAY_WRITE:
        raise Refused(403, "You must use a write token to upload to a repository.")
    return account


def check_may_create(account: Account | None, namespace: str, kind: str) -> Account:
    """The account, if it may create a repository there."""
    if account is None:
        raise Refused(401, "Invalid username or password.")
    if not account.owns(namespace) or account.role not in MAY_WRITE:
        where = f'under the namespace "{namespace}"'
        raise Refused(403, f"You don't have the rights to create a {kind} {where}")
    return account
