"""Whether the emulator is still the one whose own tests passed.

The emulator changes seldom, and its tests say nothing of the product. So they are marked slow as
long as the emulator, its tests and the version of the Hub's client are those of `passed.sha256`:
`make test` leaves them out then, `make test-slow` and CI run them always. As soon as a file or the
client changes they count as quick and run with all others. `python tests/hub_emulator/changed.py`
runs them and writes `passed.sha256` when they pass.
"""

from __future__ import annotations

import hashlib
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PASSED = HERE / "passed.sha256"


def digest() -> str:
    """sha256 over the emulator's files with their names, and the version of the Hub's client."""
    parts = hashlib.sha256(version("huggingface-hub").encode())
    for path in sorted(HERE.glob("*.py")):
        parts.update(path.name.encode() + b"\0" + path.read_bytes())
    return parts.hexdigest()


def is_unchanged() -> bool:
    """Whether the tests passed on exactly this emulator."""
    return PASSED.exists() and PASSED.read_text(encoding="utf-8").strip() == digest()


def main() -> None:
    """Run the tests; write down that they passed."""
    sys.path[0] = str(HERE.parent)  # not this folder: its modules are a package
    code = pytest.main([str(HERE), "-q"])
    if code == 0:
        PASSED.write_text(f"{digest()}\n", encoding="utf-8")
    sys.exit(code)


if __name__ == "__main__":
    main()
