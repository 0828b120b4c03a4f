"""Uploads of the page: read once, then gone."""

from __future__ import annotations

from pathlib import Path


def delete_upload(path: str) -> None:
    """Delete an upload and its folder; the browser gave it a name of its own, so nobody else reads
    it.
    """
    Path(path).unlink(missing_ok=True)
    folder = Path(path).parent
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
