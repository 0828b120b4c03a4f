"""Measure a checkpoint: `python -m training.loan.evaluate --data DATA --out OUT --checkpoint DIR`.

From the answers of the nested cross-validation, in which every row was answered by models that had
not seen it, made the way the checkpoint's are. Writes `evaluation.json` into the checkpoint: every
figure with n and a 95 % interval, the data, the folds, the commit, the versions.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.checkpoint.contract import EVALUATION_FILE, SCHEMA, read_json
from shared.loan.decision import DECISION_FILE, read_decision
from shared.loan.fields import FIELDS
from training.loan.answers import OutOfFold, auc_of_folds, ml_against_ann, performance
from training.loan.candidates import KINDS
from training.loan.compare import COMPARE
from training.loan.curves import calibration, profit
from training.loan.data import Applications, read_applications
from training.loan.fairness import by_groups
from training.loan.learning import LEARNING
from training.loan.nested import OUT_OF_FOLD, VARIANTS, read_out_of_fold
from training.loan.protected import both_variants, default_variant, protected_cost
from training.loan.words import WORDS
from training.metrics import DRAWS, Figure
from training.provenance import commit, versions

NAME = "Dream Housing Finance loan prediction set (public), train part"
INTERVAL = (
    f"95 %, bootstrap over applicants, {DRAWS} draws, of the mean over the repeats; where a share "
    "is none or all, the exact bound; where chance alone moves a figure away from 0 (calibration "
    "error, differences between groups), moved down by as much"
)
HEADLINE = (
    ("auc", "AUC"),
    ("brier", "Brier score"),
    ("calibration_error", "Calibration error"),
    ("accuracy", "Accuracy"),
)


def headline(of: Mapping[str, Mapping[str, Figure]]) -> list[dict[str, Any]]:
    """The figures that a reviewer looks at first."""
    places = [(metric, label, kind) for metric, label in HEADLINE for kind in KINDS]
    return [
        {"name": f"{metric}_{kind}", "label": f"{label}, {WORDS[kind]}", **of[kind][metric]}
        for metric, label, kind in (*places, (*HEADLINE[-1], "rule"))
    ]


def fairness(
    applications: Applications, found: OutOfFold, threshold: float, seed: int
) -> dict[str, Any]:
    """Rates by group of the decisions from the mean over the repeats, of both models."""
    return {
        kind: by_groups(
            applications.fields,
            applications.table,
            applications.approved,
            found.shares[kind].mean(axis=0) >= threshold,
            seed,
        )
        for kind in KINDS
    }


def evaluate(
    applications: Applications, recorded: Mapping[str, Any], threshold: float, seed: int
) -> dict[str, Any]:
    """Measure everything.

    Args:
        applications: labelled.
        recorded: what the nested stage wrote.
        threshold: approve from this probability on.
        seed: of the bootstrap.
    """
    both = both_variants(recorded, applications.approved)
    cost = protected_cost(*both, threshold, seed)
    chosen = default_variant(cost)
    found, with_them = both[VARIANTS.index(chosen)], both[1]
    of = performance(found, threshold, seed)
    return {
        "threshold": threshold,
        "headline": headline(of),
        "performance": of,
        "comparison": ml_against_ann(found, threshold, seed),
        "auc_of_folds": auc_of_folds(found),
        "calibration": calibration(found),
        "profit": profit(found, seed),
        "fairness": fairness(applications, found, threshold, seed),
        "protected": cost
        | {
            "performance": performance(with_them, threshold, seed),
            "fairness": fairness(applications, with_them, threshold, seed),
        },
        "chosen": {
            kind: dict(Counter(fold[kind]["chosen"] for fold in recorded[chosen]).most_common())
            for kind in KINDS
        },
    }


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


def provenance(
    applications: Applications, recorded: Mapping[str, Any], seed: int, seconds: float
) -> dict[str, Any]:
    """Where the figures come from."""
    rows, folds = len(applications.approved), recorded[VARIANTS[0]]
    repeats = round(sum(len(fold["rows"]) for fold in folds) / rows)
    return {
        "schema": SCHEMA,
        "task": "loan",
        "data": {"name": NAME, "sha256": applications.sha256, "rows": rows},
        "splits": {
            "folds": round(len(folds) / repeats),
            "repeats": repeats,
            "seed": recorded["seed"],
            "sha256": recorded["key"],
        },
        "interval": INTERVAL,
        "seed": seed,
        "commit": commit(),
        "versions": versions(),
        "seconds": round(seconds),
    }


def main() -> None:
    """Command line of the evaluate stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help=f"folder with {OUT_OF_FOLD}")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    started = time.monotonic()
    applications = read_applications(arguments.data, FIELDS)
    recorded = read_out_of_fold(arguments.out, applications)
    threshold = read_decision(arguments.checkpoint).threshold
    check_same_data(arguments.checkpoint, applications)
    found = evaluate(applications, recorded, threshold, arguments.seed)
    found["learning"] = beside(arguments.out, LEARNING, recorded["key"])["curve"]
    found["compare"] = beside(arguments.out, COMPARE, recorded["key"])
    seconds = time.monotonic() - started
    whole = provenance(applications, recorded, arguments.seed, seconds) | found
    path = arguments.checkpoint / EVALUATION_FILE
    path.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    for row in found["headline"]:
        spread = f"{row['low']:.3f} to {row['high']:.3f}"
        print(f"{row['label']}: {row['value']:.3f} ({spread}), n {row['n']}")


if __name__ == "__main__":
    main()
