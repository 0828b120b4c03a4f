"""The model card on the Hub: training's own, made for a repository, with what was accepted."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from huggingface_hub import ModelCard

from shared.checkpoint.contract import EVALUATION_FILE, list_files, read_json
from shared.errors import CheckpointError
from training.cards import CARD_FILE
from training.provenance import origin_of
from training.release.gate import Comparison, markdown
from training.release.live import Live

NEEDED = ("license", "library_name", "pipeline_tag", "model_name", "eval_results")
AGAIN = "Make the card again: python -m training.TASK.card --checkpoint FOLDER"
FOLDER = re.compile(r'"([^"\n]*)FOLDER([^"\n]*)"')  # in the card's code: a place for the folder
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")
ACCEPTED = re.compile(r"<!-- accepted -->\n(.*?)\n<!-- /accepted -->\n*", re.DOTALL)
FETCHED = re.compile(r"\n<!-- fetch -->\n.*?\n<!-- /fetch -->\n", re.DOTALL)
ORIGIN = "## Where the data comes from"


def published_card(folder: Path, repository: str, accepted: str) -> ModelCard:
    """The card of a checkpoint for its repository on the Hub.

    The same checkpoint, repository and reason make the same card, so that pushing twice changes
    nothing.

    Args:
        folder: a checkpoint with its README.md.
        repository: "owner/name".
        accepted: Markdown on the figures that got worse and why that is accepted; empty for none.

    Raises:
        CheckpointError: the card cannot be read, lacks what a page on the Hub needs, or shows a
            picture that is not there.
    """
    try:
        card = ModelCard.load(folder / CARD_FILE)
    except Exception as error:  # of the disk, of YAML, of the card's classes
        raise CheckpointError(f"{CARD_FILE} is not a model card: {error}. {AGAIN}") from error
    _check_card(card, folder)
    bare = FETCHED.sub("", ACCEPTED.sub("", card.text))  # of a checkpoint that was published before
    text = FOLDER.sub(_fetched, bare)
    text = _put_after(text, "## Use", _how_to_fetch(repository))
    if accepted:
        part = f"<!-- accepted -->\n{accepted}\n<!-- /accepted -->"  # found again by ACCEPTED
        text = _put_before(text, "## Headline figures", part)
    if ORIGIN not in text:
        data = read_json(folder / EVALUATION_FILE).get("data", {})
        origin = origin_of(str(data.get("sha256", ""))).text
        text = _put_before(text, "## Limits", f"{ORIGIN}\n\n{origin}")
    card.text = text
    return card


def _check_card(card: ModelCard, folder: Path) -> None:
    """Refuse a card that would not make a page, or would show other figures than were measured."""
    missing = [key for key in NEEDED if not card.data.get(key)]
    if missing:
        raise CheckpointError(f"{CARD_FILE} lacks {', '.join(missing)}. {AGAIN}")
    files = set(list_files(folder))
    pictures = [path for path in PICTURE.findall(card.text) if "://" not in path]
    lost = [path for path in pictures if PurePosixPath(path).as_posix() not in files]
    if lost:
        raise CheckpointError(
            f"{CARD_FILE} shows {', '.join(lost)}, which is not there. Make the card again: "
            "it draws them."
        )
    shown = {result.metric_type: result.metric_value for result in card.data.get("eval_results")}
    recorded = read_json(folder / EVALUATION_FILE).get("headline", [])
    for row in recorded:
        if shown.get(row["name"]) != row["value"]:
            raise CheckpointError(
                f"{CARD_FILE} gives {row['label']} as {shown.get(row['name'])}, {EVALUATION_FILE} "
                f"as {row['value']}. {AGAIN}"
            )


def _how_to_fetch(repository: str) -> str:
    """Code that brings the files of this repository."""
    return (
        "<!-- fetch -->\n```python\n"
        "from huggingface_hub import snapshot_download\n\n"
        f'folder = snapshot_download("{repository}")\n'
        "```\n\n"
        'That is the newest commit; `revision="v1"` with the tag of a version is the same for ever.'
        "\n<!-- /fetch -->"
    )


def _fetched(place: re.Match[str]) -> str:
    """A string of the card's code with the folder that was fetched in place of FOLDER."""
    before, after = place.groups()
    return f'f"{before}{{folder}}{after}"' if before or after else "folder"


def _put_after(text: str, heading: str, part: str) -> str:
    """A text with a part right after a heading; at its end where there is no such heading."""
    line = re.search(rf"^{re.escape(heading)}\n", text, re.MULTILINE)
    if line is None:
        return f"{text.rstrip()}\n\n{heading}\n\n{part}\n"
    return f"{text[: line.end()]}\n{part}\n{text[line.end() :]}"


def _put_before(text: str, heading: str, part: str) -> str:
    """A text with a part before a heading; at its end where there is no such heading."""
    line = re.search(rf"^{re.escape(heading)}$", text, re.MULTILINE)
    if line is None:
        return f"{text.rstrip()}\n\n{part}\n"
    return f"{text[: line.start()]}{part}\n\n{text[line.start() :]}"


def accepted_in(card: str) -> str:
    """What a published card says of figures that got worse; empty if nothing."""
    part = ACCEPTED.search(card)
    return part[1] if part else ""


def accepted_text(comparison: Comparison, live: Live, reason: str) -> str:
    """Markdown on what got worse and why that is accepted; empty where nothing did.

    Args:
        comparison: of the new checkpoint with the live one.
        live: what it was compared with.
        reason: of the maintainer; empty where none was given.
    """
    if not (comparison.worse and reason):
        return ""
    worse = "\n".join(
        f"- {row.label}: {row.live:.3f} before, {row.new:.3f} now" for row in comparison.worse
    )
    return (
        "## What got worse, and why that is accepted\n\n"
        f"Compared on the same rows with {live.words}, which was live, these figures are worse by "
        f"more than chance explains:\n\n{worse}\n\n"
        f"Accepted all the same: {_harmless(reason)}\n\n{markdown(comparison)}"
    )


def _harmless(reason: str) -> str:
    """A reason on one line that cannot be taken for a tag or a comment of the page."""
    return " ".join(reason.split()).replace("<", "&lt;")
