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

from shared.checkpoint.contract import EVALUATION_FILE, SCHEMA
from shared.loan.fields.declared import FIELDS
from shared.loan.models.decision import read_decision
from training.draws import Gated, hashes_of_measured, write_draws
from training.loan.answers import OutOfFold, auc_of_folds, ml_against_ann, performance
from training.loan.candidates import KINDS
from training.loan.compare import COMPARE
from training.loan.consistent import beside, check_same_candidates, check_same_data
from training.loan.curves import calibration, profit
from training.loan.data import Applications, read_applications
from training.loan.fairness import by_groups
from training.loan.headline import (
    basis,
    decided,
    fairness_gap,
    folds_digest,
    gated,
    headline,
)
from training.loan.learning import LEARNING
from training.loan.nested import OUT_OF_FOLD, VARIANTS, read_out_of_fold
from training.loan.protected import both_variants, default_variant, protected_cost
from training.metrics import DRAWS, Figure
from training.origins import origin_of
from training.provenance import commit, versions

INTERVAL = (
    f"95 %, bootstrap over applicants, {DRAWS} draws, of the mean over the repeats; where a share "
    "is none or all, the exact bound; where chance alone moves a figure away from 0 (calibration "
    "error, differences between groups), moved down by as much"
)


def fairness(
    applications: Applications, found: OutOfFold, threshold: float, seed: int
) -> dict[str, Any]:
    """Rates by group of the decisions from the mean over the repeats, of both models."""
    return {
        kind: by_groups(
            applications.fields,
            applications.table,
            applications.approved,
            decided(found, kind, threshold),
            seed,
        )
        for kind in KINDS
    }


def evaluate(
    applications: Applications, recorded: Mapping[str, Any], threshold: float, seed: int
) -> tuple[dict[str, Any], dict[str, Gated]]:
    """Measure everything.

    Args:
        applications: labelled.
        recorded: what the nested stage wrote.
        threshold: approve from this probability on.
        seed: of the bootstrap.

    Returns:
        Every figure, and the metrics behind those that a release is compared by.
    """
    both = both_variants(recorded, applications.approved)
    cost = protected_cost(*both, threshold, seed)
    chosen = default_variant(cost)
    found, with_them = both[VARIANTS.index(chosen)], both[1]
    of = performance(found, threshold, seed)
    gaps: dict[str, Figure] = {
        kind: fairness_gap(applications, decided(found, kind, threshold), seed) for kind in KINDS
    }
    figures = {
        "threshold": threshold,
        "headline": headline(of, gaps),
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
    return figures, gated(applications, found, threshold)


def provenance(
    applications: Applications, recorded: Mapping[str, Any], seed: int, seconds: float
) -> dict[str, Any]:
    """Where the figures come from."""
    rows, folds = len(applications.approved), recorded[VARIANTS[0]]
    repeats = round(sum(len(fold["rows"]) for fold in folds) / rows)
    return {
        "schema": SCHEMA,
        "task": "loan",
        "data": {
            "name": origin_of(applications.sha256).name,
            "sha256": applications.sha256,
            "rows": rows,
        },
        "splits": {
            "folds": round(len(folds) / repeats),
            "repeats": repeats,
            "seed": recorded["seed"],
            "sha256": folds_digest(folds),
            "key": recorded["key"],
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
    check_same_candidates(arguments.checkpoint, recorded)
    found, figures = evaluate(applications, recorded, threshold, arguments.seed)
    found["learning"] = beside(arguments.out, LEARNING, recorded["key"])["curve"]
    found["compare"] = beside(arguments.out, COMPARE, recorded["key"])
    write_draws(
        arguments.checkpoint,
        figures,
        basis(applications, recorded[VARIANTS[0]], arguments.seed),
    )
    seconds = time.monotonic() - started
    whole = provenance(applications, recorded, arguments.seed, seconds) | found
    whole["measured"] = hashes_of_measured(arguments.checkpoint, "loan")
    path = arguments.checkpoint / EVALUATION_FILE
    path.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    for row in found["headline"]:
        spread = f"{row['low']:.3f} to {row['high']:.3f}"
        print(f"{row['label']}: {row['value']:.3f} ({spread}), n {row['n']}")


if __name__ == "__main__":
    main()
