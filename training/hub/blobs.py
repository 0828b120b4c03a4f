"""Whether a file is the one that the Hub has, by its hash alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

from huggingface_hub.hf_api import RepoFile

from shared.checkpoint.contract import hash_file


def size_of(content: Path | bytes) -> int:
    """Bytes of a file."""
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def is_same(content: Path | bytes, there: RepoFile) -> bool:
    """Whether the Hub's file has this content.

    Large files are known there by their sha256 (Git LFS), others by git's own hash of a blob: the
    sha1 over "blob", the size and the content.
    """
    if size_of(content) != (there.lfs.size if there.lfs else there.size):
        return False
    if there.lfs:
        return sha256_of(content) == there.lfs.sha256
    whole = content if isinstance(content, bytes) else content.read_bytes()
    named = hashlib.sha1(b"blob %d\0" % len(whole) + whole, usedforsecurity=False)
    return named.hexdigest() == there.blob_id


def sha256_of(content: Path | bytes) -> str:
    """sha256 in hex."""
    return hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else hash_file(content)
