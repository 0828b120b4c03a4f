"""Who is signed in, and may they write there? Asked before any work is done."""

from __future__ import annotations

from typing import Any

from huggingface_hub import HfApi, get_token

from training.hub.errors import PublishError, Say, patiently
from training.hub.reasons import NO_TOKEN, READ_ONLY

MAY_NOT_WRITE = "read"  # role of a token, or of a member in an organisation


def check_account(api: HfApi, repository: str, say: Say = print) -> str:
    """The name of the signed-in user.

    Args:
        api: reads the token as the client does: HF_TOKEN, else the file of `hf auth login`.
        repository: "owner/name" that is going to be written.
        say: is told of each wait.

    Raises:
        PublishError: there is no token, it has expired or may only read, or the owner is somebody
            for whom it cannot write. A fine-grained token is left to the Hub's own answer.
    """
    if not (api.token or get_token()):
        raise PublishError(NO_TOKEN)
    found = patiently(api.whoami, "sign in", repository, say)
    name = str(found["name"])
    if role_of(found) == MAY_NOT_WRITE:
        raise PublishError(f"{READ_ONLY} (Signed in as {name}.)")
    owner = repository.split("/", 1)[0]
    owners = [name, *writable(found.get("orgs", []))]
    if owner not in owners:
        raise PublishError(
            f"{name} cannot write to {owner!r}, only to {', '.join(owners)}. Name one of these, "
            "or sign in as somebody who may."
        )
    return name


def role_of(found: dict[str, Any]) -> str:
    """What the token may do: "read", "write" or "fineGrained"; empty if the Hub does not say."""
    return str((found.get("auth", {}).get("accessToken") or {}).get("role", ""))


def writable(organisations: list[dict[str, Any]]) -> list[str]:
    """Names of the organisations in which somebody is more than a reader."""
    return [
        str(each["name"])
        for each in organisations
        if each.get("roleInOrg", "write") != MAY_NOT_WRITE
    ]
