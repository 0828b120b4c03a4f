"""Make live again what was live before: `python -m training.rollback loan`.

What was live stands in the history of the Space's checkpoint.json in git. It is promoted like any
other version, with the same checks. For another one: training.promote.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.checkpoint.lock import Lock, parse_lock
from shared.errors import CheckpointError, InputError, PublishError
from training.release import live
from training.release.assembly import git
from training.release.hub import Repository, parser_for_a_space, run, say
from training.release.promote import promote, promote_bundled

LIMIT = 900.0  # seconds


def roll_back(task: str) -> None:
    """Promote what was live before.

    Raises:
        CheckpointError, PublishError: there was nothing, or it cannot be made live.
    """
    lock = live.lock_of_task(task)
    before = lock_before(lock, history_of(task))
    say(f"Going back to {live.words_for(before)}, which was live before {live.words_for(lock)}.")
    if before.repository is None:
        promote_bundled(task)
    else:
        promote(task, Repository(before.repository), str(before.commit))


def history_of(task: str) -> list[Lock]:
    """The locks of a Space that were committed, oldest first; those of an older schema left out.

    Raises:
        PublishError: this is not a checkout with a history.
    """
    path = live.lock_path(task).relative_to(live.ROOT).as_posix()
    try:
        # Of a merged branch only what it brought to this one: what was tried on it was never live.
        commits = git("log", "--first-parent", "--reverse", "--format=%H", "--", path).split()
        texts = [git("show", f"{commit}:./{path}") for commit in commits]
    except InputError as error:
        raise PublishError(
            f"What was live before stands in the history of {path}, and git does not tell it: "
            f"{error} Name a version: python -m training.promote {task} --revision v1"
        ) from error
    return list(_those_of_now(texts, path))


def _those_of_now(texts: Iterable[str], path: str) -> Iterable[Lock]:
    for text in texts:
        try:
            yield parse_lock(text, path)
        except CheckpointError:
            continue


def lock_before(lock: Lock, history: Iterable[Lock]) -> Lock:
    """What was live before a lock.

    A version that became live again leads back to where it stood: what came in between was left for
    a reason. So v1, v2, v1 again, v3 leads from v3 to v1, not to v2.

    Args:
        lock: what is live.
        history: what was live, oldest first; the lock itself may be the last of it.

    Raises:
        PublishError: nothing was.
    """
    line: list[Lock] = []
    for past in [*history, lock]:
        names = [_name_of(earlier) for earlier in line]
        if _name_of(past) in names:
            del line[names.index(_name_of(past)) + 1 :]
        else:
            line.append(past)
    if len(line) < 2:
        raise PublishError(
            f"{live.words_for(lock)} is live, and the history of its lock has nothing before it. "
            f"Name a version: python -m training.promote {lock.task} --revision v1"
        )
    return line[-2]


def _name_of(lock: Lock) -> tuple[str | None, str | None]:
    """What makes two locks the same; the bundled checkpoint counts as one, whatever it held."""
    return lock.repository, lock.commit


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    chosen = parser_for_a_space(__doc__).parse_args(arguments)
    run(lambda: roll_back(chosen.task), LIMIT)
