"""Make a published version live: `python -m training.promote loan --revision v3`.

Every file is fetched and checked, the model answers its examples, and then the Space's
checkpoint.json names the commit; nothing else changes.
"""

from __future__ import annotations

from huggingface_hub import HfApi

from shared.checkpoint.lock import read_lock
from training.release import command
from training.release.command import say
from training.release.promotion import promote
from training.release.revisions import repository_of, resolve
from training.release.spaces import lock_path


def promote_revision(task: str, revision: str, named: str | None) -> None:
    """Let a Space's lock name a version.

    Raises:
        CheckpointError, PublishError: it cannot be made live, and why.
    """
    api = HfApi()
    repository = repository_of(read_lock(lock_path(task)), named)
    promote(api, task, repository, resolve(api, repository, revision, say), say)


def main() -> None:
    """Command line."""
    parser = command.for_a_space(__doc__)
    parser.add_argument("--revision", required=True, help="a version (v3) or a commit")
    command.add_repository(parser, "the first time, or for another repository than the lock's")
    said = parser.parse_args()
    command.run(lambda: promote_revision(said.task, said.revision, said.repo))


if __name__ == "__main__":
    main()
