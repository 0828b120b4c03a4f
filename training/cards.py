"""What the model cards of both checkpoints have in common."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from shared.report.blocks import Section
from shared.report.markdown import sections_markdown
from shared.report.picture import write_plots

CARD_FILE = "README.md"


def write_card(
    folder: Path,
    data: ModelCardData,
    text: str,
    parts: Mapping[str, str],
    sections: Sequence[Section],
) -> Path:
    """Write the card of a checkpoint, and the plots that it shows.

    Args:
        folder: of the checkpoint.
        data: the front matter.
        text: Markdown with the name of each part in braces, `{report}` among them.
        parts: what stands in their places.
        sections: the recorded evaluation as a document.

    Returns:
        The path of the card.
    """
    content = f"---\n{data.to_yaml()}\n---\n\n{text.strip()}\n"
    for key, value in {**parts, "report": sections_markdown(sections)}.items():
        content = content.replace("{" + key + "}", value)
    path = folder / CARD_FILE
    ModelCard(content).save(path)
    write_plots(sections, folder)
    return path


def results(record: Mapping[str, Any], where: Callable[[str], dict[str, Any]]) -> list[EvalResult]:
    """The headline figures as the Hub shows them; `where` has the task, data and part of each."""
    return [
        EvalResult(
            metric_type=row["name"],
            metric_name=row["label"],
            metric_value=row["value"],
            **where(row["name"]),
        )
        for row in record["headline"]
    ]


def run(description: str | None, write: Callable[[Path], Path]) -> None:
    """Command line of a card stage."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--checkpoint", type=Path, required=True)
    print(write(parser.parse_args().checkpoint))
