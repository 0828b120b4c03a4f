"""JSON that the APIs of both Spaces share, as types. No Gradio here."""

from typing import Literal, TypedDict

from shared.checkpoint.source import LoadedCheckpoint

WAITING = "waiting"  # in place of a source, while there is no checkpoint yet


class FileMeta(TypedDict):
    _type: Literal["gradio.FileData"]


class UploadedFile(TypedDict):
    """A file as Gradio's clients send it: `handle_file("name.png")`."""

    path: str
    meta: FileMeta


class Revision(TypedDict):
    """Which checkpoint answered."""

    source: str
    repository: str | None
    revision: str
    sha256: str


class ExplainedRevision(Revision):
    """Which checkpoint answers, and why this one: what was refused or late before it."""

    why: str


def revision_of(loaded: LoadedCheckpoint) -> Revision:
    """What every answer carries."""
    return {
        "source": loaded.source,
        "repository": loaded.repository,
        "revision": loaded.revision,
        "sha256": loaded.sha256,
    }


def explained_revision_of(loaded: LoadedCheckpoint) -> ExplainedRevision:
    """What `/model` carries; an answer does without the reasons, which a table would repeat."""
    return {**revision_of(loaded), "why": loaded.why}
