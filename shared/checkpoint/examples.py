"""The example inputs that come with a checkpoint."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

EXAMPLES_FILE = "examples/examples.json"


def read_examples(checkpoint: Path) -> list[dict[str, Any]]:
    """What the checkpoint lists, in its order; nothing where it has no examples.

    Args:
        checkpoint: its folder. Files that an entry names lie beside the list.
    """
    path = checkpoint / EXAMPLES_FILE
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.exists() else []
    return found
