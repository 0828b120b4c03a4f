"""SOURCE: from which commit of this repository a Space's folder was assembled."""

from __future__ import annotations

import subprocess

from deploying.reach import ROOT, SHARED

SOURCE_FILE = "SOURCE"
UNCOMMITTED = "with uncommitted changes"


def source_text() -> str:
    """Content of SOURCE: the commit, and whether files had changed since.

    Raises:
        ValueError: this is no git checkout, so that no commit can be named.
    """
    commit = git("rev-parse", "HEAD")
    changed = git("status", "--porcelain", "--", "spaces", SHARED)
    return f"{commit}\n" + (f"{UNCOMMITTED}\n" if changed else "")


def git(*arguments: str) -> str:
    """What a git command prints."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise ValueError(f"git {' '.join(arguments)} failed: {done.stderr.strip()}")
    return done.stdout.strip()
