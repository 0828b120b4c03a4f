"""What the model cards of both checkpoints have in common."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from training.tables import figure_rows

CARD_FILE = "README.md"
NOT_MEASURED = "Not measured for this checkpoint."


def write_card(folder: Path, data: ModelCardData, text: str, sections: Mapping[str, str]) -> Path:
    """Write the card of a checkpoint.

    Args:
        folder: of the checkpoint.
        data: the front matter.
        text: Markdown with the name of each section in braces.
        sections: what stands in their places.

    Returns:
        The path of the card.
    """
    content = f"---\n{data.to_yaml()}\n---\n\n{text.strip()}"
    for key, value in sections.items():
        content = content.replace("{" + key + "}", value)
    path = folder / CARD_FILE
    ModelCard(content).save(path)
    return path


def result(row: Mapping[str, Any], **where: Any) -> EvalResult:
    """A headline figure as the Hub shows it; `where` is its task, its data and their part."""
    return EvalResult(
        metric_type=row["name"], metric_name=row["label"], metric_value=row["value"], **where
    )


def headline_table(found: Mapping[str, Any]) -> str:
    """The headline of a recorded evaluation."""
    return figure_rows({row["label"]: row for row in found["headline"]})


def pictures(plots: Mapping[str, str]) -> str:
    """Plots by file, each with its title."""
    return "\n\n".join(f"![{title}](plots/{file})" for file, title in plots.items())


def data_row(found: Mapping[str, Any]) -> tuple[str, str]:
    """Which data it was, to the byte."""
    return ("data", f"{found['data']['name']}, sha256 {found['data']['sha256']}")


def code_rows(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Which code and which versions a recorded evaluation was made with."""
    return [
        ("code", found["commit"]),
        ("versions", ", ".join(f"{name} {version}" for name, version in found["versions"].items())),
        ("seed", str(found["seed"])),
    ]
