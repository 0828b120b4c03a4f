"""Assemble a Space's folder, and put it on the Hub.

    python spaces/deploy.py tumor --local FOLDER       leave a folder that runs by itself
    python spaces/deploy.py tumor --to OWNER/NAME      put it up, wait, ask what answers

Without a published model the bundled checkpoint goes along, or the Space could not answer.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from huggingface_hub import HfApi, SpaceHardware
from huggingface_hub.utils import disable_progress_bars

from deploying.folder import Folder
from deploying.from_checkout import assembled
from deploying.going_back import folder_at
from deploying.hosting import Wanted, is_public
from deploying.putting_up import compare, put_up
from shared.checkpoint.lock import LOCK_FILE, read_lock
from shared.errors import CheckpointError
from training.hub.account import check_account
from training.hub.errors import PublishError
from training.hub.repository import repository_name

HERE = Path(__file__).parent
LONGEST_WAIT = 1800.0  # seconds; a first build installs PyTorch
say = partial(print, flush=True)


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = sorted(app.parent.name for app in HERE.glob("*/app.py"))
    made.add_argument("space", choices=names, help="which Space")
    made.add_argument("--to", metavar="OWNER/NAME", type=repository_name, help="a Space on the Hub")
    made.add_argument("--local", metavar="FOLDER", type=Path, help="leave the folder here")
    flavours = [flavour.value for flavour in SpaceHardware]
    made.add_argument(
        "--hardware", choices=flavours, metavar="NAME", help="zero-a10g, cpu-basic, t4-small, ..."
    )
    made.add_argument("--with-checkpoint", action="store_true", help="take the bundled one along")
    made.add_argument("--private", action="store_true", help="a new Space is private")
    made.add_argument("--back-to", metavar="COMMIT", help="the files of this commit of the Space")
    made.add_argument("--dry-run", action="store_true", help="only say what would change")
    made.add_argument(
        "--wait", metavar="SECONDS", type=float, default=LONGEST_WAIT, help="for the build"
    )
    return made


def check_together(made: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Refuse options that say nothing together; exits with code 2."""
    if not (options.to or options.local):
        made.error("say where: --to OWNER/NAME, --local FOLDER, or both")
    if options.back_to and (options.local or options.with_checkpoint or not options.to):
        made.error("--back-to goes with --to alone: it puts back what the Space held")


@contextmanager
def wanted_folder(options: argparse.Namespace, api: HfApi, wanted: Wanted) -> Iterator[Folder]:
    """What shall be on the Hub: assembled here, or as it was once."""
    with tempfile.TemporaryDirectory() as temporary:
        target = Path(temporary) / "space"
        if options.back_to:
            yield folder_at(api, options.space, wanted, options.back_to, target, say)
        else:
            space = HERE / options.space
            public = not options.to or is_public(api, read_lock(space / LOCK_FILE), say)
            along = options.with_checkpoint
            target = options.local or target
            yield assembled(space, target, along=along, public=public, say=say)


def run(options: argparse.Namespace) -> None:
    """Assemble, and put up where asked."""
    api, wanted = HfApi(), Wanted(options.to or "", options.hardware, options.private)
    if options.to:
        disable_progress_bars()  # of each small file; the stages are told in lines
        check_account(api, options.to, say)
    with wanted_folder(options, api, wanted) as folder:
        if options.local:
            say(f"They are in {options.local}; python app.py starts them there.")
        if not options.to:
            return
        compared = compare(api, folder, wanted, say)
        if options.dry_run:
            say("Nothing was put up (--dry-run).")
            return
        put_up(api, folder, wanted, compared, limit=options.wait, say=say)


def main() -> None:
    """Command line. Exit codes: 0 fine, 1 refused or failed, 2 wrong use."""
    made = parser()
    options = made.parse_args()
    check_together(made, options)
    try:
        run(options)
    except (ValueError, OSError, CheckpointError, PublishError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Broken off. Run the same command again: it goes on where it was.")


if __name__ == "__main__":
    main()
