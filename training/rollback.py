"""Make the version before the live one live again: `python -m training.rollback loan`.

It is promoted like any other, with the same checks. For another one: training.promote.
"""

from __future__ import annotations

from huggingface_hub import HfApi

from shared.checkpoint.lock import Lock, read_lock
from training.hub.errors import PublishError
from training.hub.versions import Version, version_at, versions
from training.release import command
from training.release.command import say
from training.release.promotion import promote
from training.release.spaces import lock_path


def roll_back(task: str) -> None:
    """Promote the version before the live one.

    Raises:
        CheckpointError, PublishError: there is none, or it cannot be made live.
    """
    api = HfApi()
    lock = read_lock(lock_path(task))
    if lock.repository is None:
        raise PublishError(f"The bundled {task} checkpoint is live: there is no version before it.")
    before = version_before(lock, versions(api, lock.repository, say))
    say(f"Going back to {before.name} of {lock.repository}.")
    promote(api, task, lock.repository, before.commit, say)


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
    older = [each for each in known if each.number < live.number]
    if not older:
        raise PublishError(
            f"{live.name} is live and the first version of {lock.repository}: nothing is before it."
        )
    return older[-1]


def main() -> None:
    """Command line."""
    said = command.for_a_space(__doc__).parse_args()
    command.run(lambda: roll_back(said.task))


if __name__ == "__main__":
    main()
