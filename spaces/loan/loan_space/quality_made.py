"""The section of "How good is it?" that says how it was measured."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from loan_space.wording import NAMES
from shared.page.figures import NOT_MEASURED, table, words
from shared.page.html import SHORT

Record = Mapping[str, Any]


def measured(splits: Record, evaluation: Record) -> str:
    """Nested cross-validation in three sentences, where the figures come from, what was chosen."""
    rows = (evaluation.get("data") or {}).get("rows")
    count = f"{rows:,}" if isinstance(rows, int) else "labelled"
    return (
        f"<p>The {count} applications were cut into {splits['folds']} folds, "
        f"{splits['repeats']} times over, and each fold was answered by models that had seen none "
        "of it. On the other folds alone everything was done that makes a model: candidates were "
        "compared in folds of their own, the best was kept, calibrated and fitted (nested "
        "cross-validation). So each figure here is of applicants who were new to the models, and "
        "no choice was made by looking at them.</p>"
        f'<dl class="facts">{_facts(splits, evaluation)}</dl>{_chosen(evaluation.get("chosen"))}'
    )


def _facts(splits: Record, evaluation: Record) -> str:
    data = evaluation.get("data") or {}
    versions = evaluation.get("versions") or {}
    facts = {
        "Data": data.get("name"),
        "Applications": f"{data['rows']:,}" if "rows" in data else None,
        "Data, SHA-256": _short(data.get("sha256")),
        "Folds, SHA-256": _short(splits.get("sha256")),
        "Seed of folds and fits": splits.get("seed"),
        "Seed of intervals": evaluation.get("seed"),
        "Intervals": evaluation.get("interval"),
        "Code": evaluation.get("commit"),
        "Versions": ", ".join(f"{name} {version}" for name, version in versions.items()) or None,
    }
    return "".join(
        f"<div><dt>{name}</dt><dd>{escape(str(fact))}</dd></div>"
        for name, fact in facts.items()
        if fact is not None
    )


def _short(sha256: Any) -> str | None:
    return str(sha256)[:SHORT] if sha256 else None


def _chosen(chosen: Record | None) -> str:
    """How often each candidate was the best on the rows to learn from."""
    if not chosen:
        return NOT_MEASURED
    body = "".join(
        f'<tr><th scope="row">{NAMES[model]}</th><td>{escape(words(str(name)))}</td>'
        f"<td>{times:,}</td></tr>"
        for model in NAMES
        for name, times in (chosen.get(model) or {}).items()
    )
    return table("What was chosen in the folds", ("Model", "Candidate", "Times"), body)
