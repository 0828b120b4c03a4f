"""A Space's folder from this checkout, with a word on the model in it."""

from __future__ import annotations

from pathlib import Path

from deploying.assembly import CHECKPOINT, assemble, files_in
from deploying.code_source import SOURCE_FILE
from deploying.folder import Folder
from shared.checkpoint.lock import LOCK_FILE, Lock, read_lock
from training.hub.errors import Say


def assembled(space: Path, target: Path, *, along: bool, public: bool, say: Say) -> Folder:
    """Assemble a Space, and say what is in it.

    Args:
        space: its folder in this checkout.
        target: a folder that does not exist yet, or is empty.
        along: take the bundled checkpoint along. As long as no model has been published it goes
            along anyway: the Space could not answer otherwise.
        public: whether anybody may read the locked model.
        say: is told which model the folder runs.

    Raises:
        ValueError, CheckpointError: as `assemble`.
    """
    lock = read_lock(space / LOCK_FILE)
    along = along or lock.repository is None
    files = assemble(space, target, with_checkpoint=along, public=public)
    say(f"{space.name}: {len(files)} files, {sum('/' in name for name in files)} in folders")
    say(about_the_model(lock, along=along))
    commit = (target / SOURCE_FILE).read_text(encoding="utf-8").split("\n", 1)[0]
    title = f"Deploy the {space.name} Space from {commit[:12]}"
    return Folder(space.name, files_in(target), title, about_the_model(lock, along=along))


def about_the_model(lock: Lock, *, along: bool) -> str:
    """Which model the folder runs, and whether the bundled checkpoint is in it."""
    if lock.repository is None:
        return f"Model: the bundled one, in {CHECKPOINT}/; none has been published yet."
    bundled = f"with the bundled one in {CHECKPOINT}/" if along else "without the bundled one"
    return f"Model: {lock.repository} at {lock.commit}, {bundled}."
