"""Which versions there are: `python -m training.history loan`.

With their dates and figures, which one is live, and which is the newest.
"""

from __future__ import annotations

from huggingface_hub import HfApi

from shared.checkpoint.lock import read_lock
from training.release import command
from training.release.command import say
from training.release.past import read_past, told
from training.release.revisions import repository_of
from training.release.spaces import lock_path


def show(task: str, named: str | None) -> None:
    """Print the versions of a model.

    Raises:
        CheckpointError, PublishError: they cannot be had, and why.
    """
    lock = read_lock(lock_path(task))
    say(told(read_past(HfApi(), repository_of(lock, named), say), lock))


def main() -> None:
    """Command line."""
    parser = command.for_a_space(__doc__)
    command.add_repository(parser, "another repository than the lock's")
    said = parser.parse_args()
    command.run(lambda: show(said.task, said.repo))


if __name__ == "__main__":
    main()
