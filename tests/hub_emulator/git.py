"""What git and LFS say about a file: its oid, its pointer, and which of the two keeps it.

Oids of files are the real ones, so that a client may compare them with what lies on its disk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import PurePosixPath

REGULAR_UP_TO = 10_000_000  # bytes that git itself may keep
SUFFIXES = "7z arrow bin ckpt gz h5 joblib model msgpack npy npz onnx parquet pb pickle pkl pt pth"
SUFFIXES += " rar safetensors skops tar tflite tgz wasm xz zip zst"
LFS = "filter=lfs diff=lfs merge=lfs -text"
ATTRIBUTES = "".join(f"*.{suffix} {LFS}\n" for suffix in SUFFIXES.split()).encode()


def blob_oid(content: bytes) -> str:
    """The oid that `git hash-object` prints."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def sha256(content: bytes) -> str:
    """The oid of a file that LFS keeps."""
    return hashlib.sha256(content).hexdigest()


def pointer(content: bytes) -> bytes:
    """What git keeps in place of a file that LFS keeps."""
    lines = ("version https://git-lfs.github.com/spec/v1", f"oid sha256:{sha256(content)}")
    return "\n".join((*lines, f"size {len(content)}\n")).encode()


def lfs_facts(content: bytes) -> dict[str, object]:
    """What the tree says about a file that LFS keeps."""
    return {"oid": sha256(content), "size": len(content), "pointerSize": len(pointer(content))}


def belongs_to_lfs(path: str, size: int, sample: bytes, files: Mapping[str, bytes]) -> bool:
    """Whether the Hub wants a file in LFS: by .gitattributes, by its size, or because it is binary.

    Args:
        path: in the repository.
        size: in bytes; an empty file is never wanted in LFS.
        sample: its first bytes.
        files: of the repository; .gitattributes is read from them.
    """
    if size == 0:
        return False
    return size > REGULAR_UP_TO or b"\0" in sample or matches_attributes(path, files)


def matches_attributes(path: str, files: Mapping[str, bytes]) -> bool:
    """Whether .gitattributes hands a path to LFS."""
    lines = files.get(".gitattributes", b"").decode().splitlines()
    patterns = [line.split()[0] for line in lines if "filter=lfs" in line]
    name = PurePosixPath(path).name
    return any(fnmatch(path, pattern) or fnmatch(name, pattern) for pattern in patterns)
