"""A Space that looks for its checkpoint in a process of its own, with a cache of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub_emulator.server import Hub
from small_checkpoint import write_checkpoint

from shared.checkpoint.lock import LOCK_FILE, lock_of, write_lock

REPOSITORY = "somebody/tumor"
NOWHERE = "http://127.0.0.1:9"  # nobody listens there
LOAD = """
import json, logging, sys, time
from dataclasses import asdict
from pathlib import Path
from shared import pauses
from shared.checkpoint.loading import begin, open_first, open_or_wait
from shared.errors import CheckpointError

logging.basicConfig(level=logging.INFO, format="%(message)s")

def open_it(loaded):
    if f"fails-{loaded.source}" in sys.argv:
        raise KeyError("layer4")
    return loaded

if "hurry" in sys.argv:
    pauses.FACTOR = 0.02
begun = time.monotonic()
asking = begin(Path(sys.argv[1]), variable="SOME_CHECKPOINT", task="tumor")
opened = (
    open_or_wait(asking, open_it, lambda waiting: None)
    if "waits" in sys.argv
    else open_first(asking, open_it)
)
took = time.monotonic() - begun
checkpoint = opened.checkpoint or opened.later()
answer = {**asdict(checkpoint), "took": took, "later": None}
if opened.checkpoint and opened.later is not None and "later" in sys.argv:
    try:
        answer["later"] = asdict(opened.later())
    except CheckpointError as error:
        answer["later"] = str(error)
print(json.dumps(answer, default=str))
"""


@dataclass(frozen=True)
class Loader:
    """The Space's folder, what is published, and the home of the Hub's client."""

    hub: Hub
    space: Path
    published: Path
    commit: str
    home: Path

    def command(self, *words: str) -> list[str]:
        """Looks for the checkpoint and prints it.

        Args:
            words: "later" waits for the Hub's copy, too, and with "hurry" asks again soon;
                "fails-hub" cannot open what is from it; "waits" where nothing else is at hand.
        """
        return [sys.executable, "-c", LOAD, str(self.space), *words]

    def environment(self, **more: str) -> dict[str, str]:
        """For such a process."""
        return self.hub.environment(None, self.home) | more

    def run(
        self,
        *words: str,
        before: Sequence[str] = (),
        first: Callable[[], None] | None = None,
        **environment: str,
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end.

        Args:
            words: of `command`.
            before: a command that starts it.
            first: what the new process does before anything else.
            environment: further variables.
        """
        return subprocess.run(
            [*before, *self.command(*words)],
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            preexec_fn=first,
            timeout=120,
        )

    def load(self, *words: str, **options: Any) -> dict[str, Any]:
        """What answers there; arguments as of `run`."""
        done = self.run(*words, **options)
        assert done.returncode == 0, done.stderr
        loaded: dict[str, Any] = json.loads(done.stdout)
        return loaded

    def cached(self, name: str) -> Path:
        """A file of the checkpoint in the cache."""
        return next(self.home.rglob(f"snapshots/{self.commit}/{name}"))


def new_loader(hub: Hub, folder: Path) -> Loader:
    """Publish a small checkpoint, and write a Space with a lock that names it."""
    published = write_checkpoint(folder / "published", "published")
    (published / "model.onnx").write_bytes(b"weights " * 2**15)  # some time on a slow line
    write_checkpoint(folder / "space" / "checkpoint", "bundled")
    return locked(hub, folder, published)


def locked(hub: Hub, folder: Path, published: Path) -> Loader:
    """Publish what lies in a folder, and lock it."""
    space, commit = folder / "space", hub.publish(REPOSITORY, published)
    lock = lock_of(published, repository=REPOSITORY, commit=commit)
    write_lock(lock, space / LOCK_FILE)
    return Loader(hub, space, published, commit, folder / "home")
