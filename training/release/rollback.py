"""Make the version before the live one live again: `python -m training.rollback loan`.

It is promoted like any other, with the same checks. For another one: training.promote.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.checkpoint.lock import Lock
from shared.errors import PublishError
from training.release.hub import Repository, parser_for_a_space, run, say
from training.release.live import lock_of_task
from training.release.promote import promote
from training.release.versions import Version, version_at, versions


def roll_back(task: str) -> None:
    """Promote the version before the live one.

    Raises:
        CheckpointError, PublishError: there is none, or it cannot be made live.
    """
    lock = lock_of_task(task)
    if lock.repository is None:
        raise PublishError(f"The bundled {task} checkpoint is live: there is no version before it.")
    repository = Repository(lock.repository)
    before = version_before(lock, versions(repository))
    say(f"Going back to {before.name} of {repository}.")
    promote(task, repository, before.commit)


def version_before(lock: Lock, known: tuple[Version, ...]) -> Version:
    """The version before the one that a lock names.

    Raises:
        PublishError: the locked commit has no version, or is of the first one.
    """
    live = version_at(known, str(lock.commit))
    if live is None:
        raise PublishError(
            f"Live is commit {lock.commit}, which has no version, so none is before it. Name one: "
            f"python -m training.promote {lock.task} --revision v1"
        )
    older = [version for version in known if version.number < live.number]
    if not older:
        raise PublishError(
            f"{live.name} is live and the first version of {lock.repository}: nothing is before it."
        )
    return older[-1]


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    chosen = parser_for_a_space(__doc__).parse_args(arguments)
    run(lambda: roll_back(chosen.task))
