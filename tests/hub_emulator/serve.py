"""The Hub of the tests, for a person: `python tests/hub_emulator/serve.py [--port N]`.

Prints what to export, keeps everything in memory, and ends with Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1])  # not this folder, whose `git` and `server` are ours

from hub_emulator.server import running_hub  # noqa: E402


def main() -> None:
    """Serve until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="of 127.0.0.1; a free one by default")
    parser.add_argument("--user", default="somebody", metavar="NAME", help="who owns the token")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with running_hub(chosen.port) as hub:
            print(f"# A Hub for {chosen.user}, in memory, until Ctrl-C. In another terminal:")
            print(f"export HF_ENDPOINT={hub.address}")
            print(f"export HF_TOKEN={hub.user(chosen.user)}")
            print("export HF_HUB_DISABLE_XET=1", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
