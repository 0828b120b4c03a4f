"""A planned push, for a person to read."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from training.cards import CARD_FILE
from training.hub.blobs import size_of
from training.hub.commits import Change
from training.release.gate import table
from training.release.plan import Plan


def files_table(plan: Plan) -> str:
    """What happens to each file of the repository, with its size."""
    kinds = {each.path: each.kind for each in plan.changes}
    rows = [(kinds.get(path, "same"), size_of(plan.files[path]), path) for path in plan.files]
    rows += [("deleted", 0, each.path) for each in deleted(plan.changes)]
    lines = [f"  {kind:8} {size:>12,}  {path}" for kind, size, path in sorted(rows, key=by_path)]
    sent = sum(each.size for each in plan.changes)
    return "\n".join(
        [*lines, f"  {len(plan.changes)} of {len(rows)} change, {sent:,} bytes to send"]
    )


def by_path(row: tuple[str, int, str]) -> str:
    """What the rows are sorted by."""
    return row[2]


def deleted(found: tuple[Change, ...]) -> Iterator[Change]:
    """Files that the repository is not going to hold any more."""
    return (each for each in found if each.kind == "deleted")


def card_diff(plan: Plan) -> str:
    """The card that would be published against the one on the Hub.

    Where there is none yet, against the checkpoint's own, which most of it is.
    """
    own = (plan.folder / CARD_FILE).read_text(encoding="utf-8")
    before = plan.theirs or own
    where = f"{plan.target.repository}/{CARD_FILE}" if plan.theirs else f"checkpoint/{CARD_FILE}"
    lines = difflib.unified_diff(
        before.splitlines(),
        plan.card.splitlines(),
        where,
        f"{plan.target.repository}/{CARD_FILE} after the push",
        lineterm="",
    )
    return "\n".join(lines) or "stays as it is."


def gate_table(plan: Plan) -> str:
    """The figures beside those of what is live."""
    return f"Against {plan.live.words}:\n\n{table(plan.comparison)}\n"


def whole(plan: Plan) -> str:
    """All of it."""
    return (
        f"Files of {plan.target.repository}:\n\n{files_table(plan)}\n\n"
        f"Its card:\n\n{card_diff(plan)}\n\n{gate_table(plan)}"
    )
