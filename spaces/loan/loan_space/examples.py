"""The examples of the checkpoint as buttons: a click fills in the form."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

from loan_space.form import as_sent
from shared.checkpoint.contract import read_examples


def examples_html(checkpoint: Path) -> str:
    """A row of example buttons; empty when the checkpoint has none."""
    entries = read_examples(checkpoint)
    if not entries:
        return ""
    buttons = "".join(
        '<li><button type="button" class="quiet" '
        f'data-values="{escape(json.dumps(as_sent(entry["values"])))}" '
        f'title="{escape(entry["caption"])}">{escape(short(entry["caption"]))}</button></li>'
        for entry in entries
    )
    return (
        '<section class="loan-examples"><h2>Examples</h2>'
        f'<ul>{buttons}</ul><p class="soft">Simulated applicants; none of them exists.</p>'
        "</section>"
    )


def short(caption: str) -> str:
    """What fits on a button: the caption up to its colon."""
    return caption.split(":")[0]
