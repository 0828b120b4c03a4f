"""What pushing a checkpoint would do: found out, and nothing written."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import HfApi, ModelCard

from shared.checkpoint.contract import list_files
from training.cards import CARD_FILE
from training.hub.commits import Change, changes
from training.hub.errors import Say, patiently
from training.hub.repository import Target, head_of
from training.hub.versions import Version, version_at, versions
from training.release.accepted import accepted_text
from training.release.examples_answered import check_answers
from training.release.gate import Comparison, compare
from training.release.published_card import accepted_in, published_card
from training.release.spaces import Live, live_checkpoint

Files = Mapping[str, Path | bytes]


@dataclass(frozen=True)
class Plan:
    """A push that has been thought through.

    Attributes:
        task: of the checkpoint.
        folder: of the checkpoint.
        target: the repository.
        files: all that the repository is to hold.
        head: its newest commit; None where there is no repository.
        changes: what has to happen to the files of the head.
        known: its versions, oldest first.
        same: an earlier version with the same model, which is not the head; None for none.
        theirs: the card on the Hub; empty for none.
        live: what the new checkpoint is compared with.
        comparison: figure by figure.
    """

    task: str
    folder: Path
    target: Target
    files: Files
    head: str | None
    changes: tuple[Change, ...]
    known: tuple[Version, ...]
    same: Version | None
    theirs: str
    live: Live
    comparison: Comparison

    @property
    def card(self) -> str:
        """The card that is to be published."""
        content = self.files[CARD_FILE]
        assert isinstance(content, bytes)  # it was made in `with_card`
        return content.decode("utf-8")

    @property
    def published(self) -> Version | None:
        """The version that holds exactly these files already; None if there is none."""
        if self.head is not None and not self.changes:
            return version_at(self.known, self.head)
        return self.same


def make_plan(folder: Path, repository: str, reason: str, api: HfApi, say: Say) -> Plan:
    """Look at a checkpoint, at the one that is live and at the repository.

    Args:
        folder: of the new checkpoint.
        repository: "owner/name".
        reason: why figures that got worse are accepted; empty for no reason.
        api: of the Hub.
        say: is told of each stage and each wait.

    Raises:
        CheckpointError: the checkpoint is not sound, or cannot be compared with the live one.
        PublishError: the Hub cannot be asked.
    """
    say("Checking the checkpoint: files, hashes, weights, examples ...")
    task = check_answers(folder)
    live = live_checkpoint(task)
    comparison = compare(folder, live.folder)
    say(f"Compared with {live.words}, which is live. Looking at {repository} ...")
    target = Target(repository, "model")
    head = head_of(api, target, say)
    known = versions(api, repository, say) if head else ()
    local = {name: folder / name for name in list_files(folder)}
    there = holds_model(api, target, local, head, say)
    theirs = card_at(api, target, head, say)
    # A model that is there already keeps what its card says: what is live may have changed since.
    accepted = accepted_in(theirs) if there else accepted_text(comparison, live, reason)
    files = with_card(local, published_card(folder, repository, accepted))
    return Plan(
        task=task,
        folder=folder,
        target=target,
        files=files,
        head=head,
        changes=changes(api, target, files, head, say),
        known=known,
        same=None if there else version_of(api, target, local, known, say),
        theirs=theirs,
        live=live,
        comparison=comparison,
    )


def with_card(local: Mapping[str, Path], card: ModelCard) -> Files:
    """The checkpoint's files with the card for the Hub in place of its own."""
    return {**local, CARD_FILE: str(card).encode("utf-8")}


def holds_model(
    api: HfApi, target: Target, files: Mapping[str, Path], revision: str | None, say: Say
) -> bool:
    """Whether a revision holds these files, whatever its card says."""
    if revision is None:
        return False
    return all(each.path == CARD_FILE for each in changes(api, target, files, revision, say))


def version_of(
    api: HfApi, target: Target, files: Mapping[str, Path], known: tuple[Version, ...], say: Say
) -> Version | None:
    """The newest version that holds these files, whatever its card says; None for none."""
    return next(
        (v for v in reversed(known) if holds_model(api, target, files, v.commit, say)), None
    )


def card_at(api: HfApi, target: Target, revision: str | None, say: Say) -> str:
    """The card at a revision; empty where there is none. Nothing of it stays on this disk."""
    if revision is None or not api_has_card(api, target, revision, say):
        return ""

    def read() -> str:
        with tempfile.TemporaryDirectory() as place:
            path = api.hf_hub_download(
                target.repository, CARD_FILE, revision=revision, local_dir=place
            )
            return str(ModelCard.load(Path(path), ignore_metadata_errors=True))

    return patiently(read, "read the card", target.repository, say)


def api_has_card(api: HfApi, target: Target, revision: str, say: Say) -> bool:
    """Whether a revision has a card."""
    return patiently(
        lambda: bool(api.get_paths_info(target.repository, [CARD_FILE], revision=revision)),
        "look for the card", target.repository, say,
    )  # fmt: skip
