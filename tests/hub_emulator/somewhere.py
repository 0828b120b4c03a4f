"""A Hub and a user who may write there: our own server, or the real one (see fixtures.py)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from huggingface_hub import HfApi

from hub_emulator.server import client_environment


@dataclass
class Somewhere:
    """A Hub, and a user who may write there.

    Attributes:
        endpoint: its address.
        token: the user's.
        user: the user's name.
        made: the names that were given out.
    """

    endpoint: str
    token: str
    user: str
    made: list[str] = field(default_factory=list)

    @property
    def api(self) -> HfApi:
        """The client, signed in."""
        return HfApi(endpoint=self.endpoint, token=self.token)

    def environment(self, home: Path) -> dict[str, str]:
        """The variables for a process of that user.

        Args:
            home: for its cache and its settings.
        """
        return client_environment(self.endpoint, self.token, home)

    def repository(self, name: str) -> str:
        """A fresh OWNER/NAME, for a model or a Space; nothing is created yet."""
        name = f"{self.user}/test-{name}-{secrets.token_hex(4)}"
        self.made.append(name)
        return name

    def clear(self) -> None:
        """Delete what was created under the names that were given out."""
        for name in self.made:
            for kind in ("model", "space"):
                self.api.delete_repo(name, repo_type=kind, missing_ok=True)


def real(endpoint: str, token: str) -> Somewhere:
    """The Hub at an address, and the user of a token."""
    return Somewhere(endpoint, token, HfApi(endpoint=endpoint, token=token).whoami()["name"])
