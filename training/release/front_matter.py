"""The front matter of a Space's README.md: what the Hub builds it with and shows of it.

https://huggingface.co/docs/hub/spaces-config-reference
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from huggingface_hub.repocard import metadata_load, metadata_save

from shared.checkpoint.lock import Lock
from shared.errors import InputError
from training.release import live

README = "README.md"
LONGEST_DESCRIPTION = 60  # characters; the Hub refuses a longer one
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
SHOWN = ["title", "emoji", "colorFrom", "colorTo", "license", "tags", "short_description"]
REQUIRED = [*SHOWN, "sdk", "sdk_version", "python_version", "app_file"]
MODELS, PRELOAD = "models", "preload_from_hub"
OF_THE_LOCK = (MODELS, PRELOAD)  # written here, so that they cannot say another model than the lock
PRELOADABLE = re.compile(r"[^\s,]+")  # a comma or a space would end the name in the Hub's list


def check_front_matter(space: Path) -> None:
    """Refuse a Space whose README.md the Hub would refuse or build differently from our tests.

    Args:
        space: its folder in this repository.

    Raises:
        InputError: names the key and what is wrong with it.
    """
    keys = metadata_load(space / README) or {}
    missing = [key for key in REQUIRED if not keys.get(key)]
    if missing:
        raise InputError(f"README.md of {space.name}: front matter lacks {', '.join(missing)}.")
    faults = {
        "sdk": keys["sdk"] != "gradio",
        "sdk_version": keys["sdk_version"] != tested_gradio(),
        "colorFrom": keys["colorFrom"] not in COLOURS,
        "colorTo": keys["colorTo"] not in COLOURS,
        "app_file": not (space / keys["app_file"]).is_file(),
        "short_description": len(keys["short_description"]) > LONGEST_DESCRIPTION,
    }
    for key in (key for key, wrong in faults.items() if wrong):
        raise InputError(f"README.md of {space.name}: {key} cannot be {keys[key]!r}.")
    for key in (key for key in OF_THE_LOCK if key in keys):
        raise InputError(f"README.md of {space.name}: {key} comes from checkpoint.json. Remove it.")


def tested_gradio() -> str:
    """The version of Gradio that the tests ran with."""
    lines = (live.ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    return pins["gradio"]


def add(readme: Path, keys: dict[str, Any]) -> None:
    """Add keys to the front matter of an assembled folder's README.md; nothing for no keys."""
    if keys:
        metadata_save(readme, {**(metadata_load(readme) or {}), **keys})


def keys_of_lock(lock: Lock, *, public: bool) -> dict[str, Any]:
    """`models` and `preload_from_hub`, pinned to the locked commit, of all locked files.

    Args:
        lock: of the Space.
        public: whether anybody may read the model. The Hub builds without a token, so a private one
            cannot be brought along; the Space fetches it when it starts.

    Returns:
        Keys of the front matter; none as long as no model has been published.

    Raises:
        InputError: a locked file has a name that the Hub's list cannot hold.
    """
    if lock.repository is None:
        return {}
    for name in lock.files:
        if not PRELOADABLE.fullmatch(name):
            raise InputError(
                f"checkpoint.json names {name!r}; {PRELOAD} cannot name a file with a comma or a "
                "space. Publish it under another name."
            )
    keys: dict[str, Any] = {MODELS: [lock.repository]}
    if public:
        files = ",".join(sorted(lock.files))
        keys[PRELOAD] = [f"{lock.repository} {files} {lock.commit}"]
    return keys
