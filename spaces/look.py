"""Ask a live Space which model answers: `python spaces/look.py tumor --at OWNER/NAME`.

Exits with 1 and a sentence when it is not the one that checkpoint.json locks, or nothing answers.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from huggingface_hub import HfApi
from huggingface_hub.utils import disable_progress_bars

from deploying.looking import PATIENCE, in_words, look
from shared.checkpoint.lock import LOCK_FILE, read_lock
from shared.errors import CheckpointError
from training.hub.errors import PublishError

HERE = Path(__file__).parent
say = partial(print, flush=True)


def main() -> None:
    """Command line. Exit codes: 0 the locked model answers, 1 it does not, 2 wrong use."""
    made = argparse.ArgumentParser(description=__doc__)
    names = sorted(app.parent.name for app in HERE.glob("*/app.py"))
    made.add_argument("space", choices=names, help="which Space")
    made.add_argument("--at", metavar="OWNER/NAME", required=True, help="where it is on the Hub")
    made.add_argument(
        "--wait", metavar="SECONDS", type=float, default=PATIENCE, help="for an answer"
    )
    options = made.parse_args()
    disable_progress_bars()
    try:
        lock = read_lock(HERE / options.space / LOCK_FILE)
        live = look(HfApi(), options.at, lock, patience=options.wait, say=say)
    except (CheckpointError, PublishError) as error:
        sys.exit(str(error))
    say(f"{options.at} answers with {in_words(live)}.")


if __name__ == "__main__":
    main()
