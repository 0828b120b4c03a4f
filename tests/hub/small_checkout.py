"""A checkout of its own with both Spaces and checkpoints of a few bytes, to deploy from."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from commands import Told, run_in_process
from hub_emulator.quick_builder import QuickBuilder
from hub_emulator.server import Hub
from imports_of import ROOT, SPACES
from small_checkpoint import write_checkpoint, write_space

from shared.checkpoint.lock import LOCK_FILE, lock_of, write_lock
from training.release import deploy, look

COMMANDS = {"deploy": deploy.main, "look": look.main}
MODEL, SPACE = "somebody/loan-model", "somebody/loan"


@dataclass(frozen=True)
class Checkout:
    """A copy of this repository's Spaces, committed, and a maintainer who is signed in."""

    folder: Path
    hub: Hub
    token: str

    @property
    def lock(self) -> Path:
        """The lock of the loan Space."""
        return self.folder / "spaces" / "loan" / LOCK_FILE

    @property
    def environment(self) -> dict[str, str]:
        """Of the maintainer's processes."""
        return self.hub.environment(self.token, self.folder.parent / "home")

    def run_alone(self, script: str, *arguments: str) -> Told:
        """A command of spaces/, as a maintainer types it, in a process of its own."""
        done = subprocess.run(
            [sys.executable, f"spaces/{script}.py", *arguments],
            cwd=self.folder,
            # The checkout's own code, which an editable install would not find.
            env=self.environment | {"PYTHONPATH": str(self.folder)},
            capture_output=True,
            text=True,
        )
        return Told(done.returncode, done.stdout, done.stderr)

    def run(self, script: str, *arguments: str) -> Told:
        """The same in this process."""
        return run_in_process(COMMANDS[script], arguments, self.folder, self.environment)

    def deploy(self, *arguments: str, name: str = "loan") -> Told:
        """Deploy to SPACE."""
        return self.run("deploy", name, "--to", SPACE, *arguments)

    def look(self, *arguments: str) -> Told:
        """Look at SPACE."""
        return self.run("look", "loan", "--at", SPACE, *arguments)

    def publish(self, mark: str = "published") -> str:
        """Publish a loan model, lock it, commit; returns the model's commit."""
        folder = write_checkpoint(self.folder.parent / mark, mark, "loan")
        commit = self.hub.publish(MODEL, folder)
        write_lock(lock_of(folder, repository=MODEL, commit=commit), self.lock)
        self.commit(f"Promote {mark}")
        return commit

    def commit(self, title: str) -> str:
        """Commit everything; returns the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", title)
        return self.git("rev-parse", "HEAD")

    def git(self, *words: str) -> str:
        """What a git command prints."""
        who = ("-c", "user.name=me", "-c", "user.email=me@localhost")
        done = subprocess.run(
            ["git", *who, *words], cwd=self.folder, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()


def small_checkout(folder: Path, hub: Hub) -> Checkout:
    """Copy what deploying reads; checkpoints are small ones, and the locks name them."""
    tree = folder / "checkout"
    left_out = shutil.ignore_patterns("__pycache__", "checkpoint", "node_modules")
    shutil.copytree(ROOT / "spaces", tree / "spaces", ignore=left_out)
    shutil.copytree(ROOT / "shared", tree / "shared", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "requirements.lock", tree)
    (tree / "training").symlink_to(ROOT / "training")
    for name in SPACES:
        write_space(tree / "spaces" / name, task=name)
    checkout = Checkout(tree, hub, hub.user("somebody"))
    checkout.git("init", "--quiet")
    checkout.commit("A checkout")
    return checkout


@pytest.fixture
def checkout(hub: Hub, builder: QuickBuilder, tmp_path: Path) -> Checkout:
    """Such a checkout, and a Hub that builds at once."""
    return small_checkout(tmp_path, hub)
