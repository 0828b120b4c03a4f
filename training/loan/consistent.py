"""Whether a checkpoint and what several stages recorded belong together, before it is measured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.checkpoint.contract import read_json
from shared.loan.models.decision import DECISION_FILE
from training.loan.candidates import KINDS
from training.loan.data import Applications
from training.loan.nested import OUT_OF_FOLD, candidates_of

CONFIG_FILE = "config.json"


def check_same_data(checkpoint: Path, applications: Applications) -> None:
    """Refuse to measure a checkpoint on other data than it was made from.

    Raises:
        SystemExit: that is so.
    """
    fitted_on = read_json(checkpoint / DECISION_FILE)["fitted_on"]["sha256"]
    if fitted_on != applications.sha256:
        raise SystemExit(
            f"{checkpoint} was fitted to other data (sha256 {fitted_on[:12]}...). Run "
            "training.loan.fit with this data first."
        )


def check_same_candidates(checkpoint: Path, recorded: Mapping[str, Any]) -> None:
    """Refuse to measure a checkpoint by answers of models that were chosen among others.

    Raises:
        SystemExit: that is so.
    """
    config, measured = read_json(checkpoint / CONFIG_FILE), candidates_of(recorded)
    fitted = {kind: tuple(config[kind]["losses"]) for kind in KINDS}
    if fitted != measured:
        raise SystemExit(
            f"{checkpoint} was chosen among {fitted}, the answers in {OUT_OF_FOLD} among "
            f"{measured}. Run training.loan.fit again."
        )


def beside(out: Path, file: str, key: str) -> dict[str, Any]:
    """What another stage measured on the same folds.

    Raises:
        SystemExit: it has not been run, or on other folds.
    """
    path = out / file
    stage = f"training.loan.{path.stem}"
    if not path.exists():
        raise SystemExit(f"{path} is missing. Run {stage} first.")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if found.pop("key") != key:
        raise SystemExit(f"{path} is of other folds than {OUT_OF_FOLD}. Run {stage} again.")
    return found
