"""The commands of a release, run as a maintainer runs them: in a tree, against a Hub."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from commands import Told, run_in_process
from hub_emulator.server import Hub
from release_checkpoints import write_tree

from shared.checkpoint.lock import lock_of, write_lock
from training.release import history, promote, push, rollback

COMMANDS = {
    "history": history.main,
    "promote": promote.main,
    "push": push.main,
    "rollback": rollback.main,
}
WHO = "me"
REPOSITORY = f"{WHO}/loan-models"


@dataclass(frozen=True)
class Bench:
    """A tree with one Space, a repository for its models, and a maintainer who is signed in."""

    tree: Path
    environment: dict[str, str]
    repository: str

    @property
    def lock(self) -> dict[str, Any]:
        """What the Space's lock says."""
        recorded: dict[str, Any] = json.loads(self.lock_path.read_text(encoding="utf-8"))
        return recorded

    @property
    def lock_path(self) -> Path:
        """Of the Space."""
        return self.tree / "spaces" / "loan" / "checkpoint.json"

    def make_live(self, folder: Path, commit: str) -> None:
        """Let the lock name a commit, as promoting does."""
        write_lock(lock_of(folder, repository=self.repository, commit=commit), self.lock_path)

    def commit(self, title: str) -> None:
        """Commit the lock, as a maintainer does after promoting."""
        if not (self.tree / ".git").exists():
            self.git("init", "--quiet")
        self.git("add", str(self.lock_path))
        self.git("commit", "--quiet", "--allow-empty", "--message", title)

    def git(self, *words: str) -> None:
        """Run a git command in the tree."""
        who = ("-c", "user.name=me", "-c", "user.email=me@localhost")
        subprocess.run(["git", *who, *words], cwd=self.tree, check=True, capture_output=True)

    def start(self, *words: str | Path, **environment: str) -> subprocess.Popen[str]:
        """Start `python -m training.WORDS` in the tree; what is set to "" is not set there."""
        wanted = self.environment | {"OMP_NUM_THREADS": "1"} | environment
        return subprocess.Popen(
            [sys.executable, "-m", f"training.{words[0]}", *map(str, words[1:])],
            cwd=self.tree,
            env={key: value for key, value in wanted.items() if value},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run_alone(self, *words: str | Path, **environment: str) -> Told:
        """Run it to its end, in a process of its own."""
        process = self.start(*words, **environment)
        out, err = process.communicate(timeout=120)
        return Told(process.returncode, out, err)

    def run(self, *words: str | Path, **environment: str) -> Told:
        """Run it to its end, in this process; what is set to "" is not set there."""
        wanted = self.environment | environment
        wanted = {key: value for key, value in wanted.items() if value}
        return run_in_process(COMMANDS[str(words[0])], words[1:], self.tree, wanted)

    def done(self, *words: str | Path) -> str:
        """What it prints when all goes well."""
        told = self.run(*words)
        assert told.code == 0, told
        return told.out

    def push(self, folder: Path, *options: str, **environment: str) -> Told:
        """Push a checkpoint."""
        return self.run("push", folder, "--repo", self.repository, *options, **environment)


def bench_on(hub: Hub, folder: Path) -> Bench:
    """Everything that a release on our own server needs, in an empty folder."""
    return Bench(
        write_tree(folder / "tree"), hub.environment(hub.user(WHO), folder / "home"), REPOSITORY
    )


@pytest.fixture
def bench(hub: Hub, tmp_path: Path) -> Bench:
    """Everything that a release needs, against our own server."""
    return bench_on(hub, tmp_path)


def all_files(folder: Path) -> dict[str, bytes]:
    """Each file below a folder with its content; links are not followed."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
