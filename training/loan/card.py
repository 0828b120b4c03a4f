"""Write the model card: `python -m training.loan.card --checkpoint DIR`.

`README.md` of the checkpoint, from `evaluation.json`, `decision.json` and `config.json` alone, with
the Hub's `model-index`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from huggingface_hub import ModelCardData

from shared.checkpoint.contract import EVALUATION_FILE, read_json
from shared.loan.models.decision import DECISION_FILE
from training import cards
from training.loan.card_sections import sections
from training.loan.card_text import TEXT

NAME = "Loan application: classical model and neural network"
TASK, TASK_NAME = "tabular-classification", "Tabular classification"
CONFIG_FILE = "config.json"


def write_card(folder: Path) -> Path:
    """Write the card of a checkpoint.

    Args:
        folder: with config.json, decision.json, evaluation.json and plots.

    Returns:
        The path of the card.
    """
    found, decision, config = (
        read_json(folder / name) for name in (EVALUATION_FILE, DECISION_FILE, CONFIG_FILE)
    )
    said = {"name": NAME} | sections(found, decision, config)
    return cards.write_card(folder, card_data(found), TEXT, said)


def card_data(found: dict[str, Any]) -> ModelCardData:
    """The front matter, with the results that the Hub shows."""
    return ModelCardData(
        model_name=NAME,
        language="en",
        license="apache-2.0",
        library_name="sklearn",
        pipeline_tag=TASK,
        tags=["skops", "tabular", "loan", "onnx", "calibration", "fairness", "explainability"],
        eval_results=[
            cards.result(
                row,
                task_type=TASK,
                task_name=TASK_NAME,
                dataset_type="loan-prediction",
                dataset_name=found["data"]["name"],
                dataset_split="nested cross-validation",
            )
            for row in found["headline"]
        ],
    )


def main() -> None:
    """Command line of the card stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    print(write_card(parser.parse_args().checkpoint))


if __name__ == "__main__":
    main()
