"""Measure a checkpoint: `python -m training.loan.evaluate --data DATA --out OUT --checkpoint DIR`.

From the answers of the nested cross-validation, in which every row was answered by models that had
not seen it, made the way the checkpoint's are. Writes `evaluation.json` into the checkpoint: every
figure with n and a 95 % interval, the data, the folds, the commit, the versions.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.loan.fields.declared import FIELDS
from shared.loan.models.decision import read_decision
from shared.loan.models.registry import IN_TEXT, MODELS, RULE
from shared.report.loan_metrics import METRICS
from training.draws import Basis, Gated, write_draws
from training.loan import metrics
from training.loan.answers import (
    OutOfFold,
    auc_of_folds,
    measures,
    ml_against_ann,
    performance,
)
from training.loan.compare import COMPARE
from training.loan.curves import calibration, profit
from training.loan.data import Applications, read_applications
from training.loan.fairness import (
    both_variants,
    by_groups,
    default_variant,
    largest_gap,
    protected_cost,
)
from training.loan.learning import LEARNING
from training.loan.metrics import over_repeats
from training.loan.nested import (
    VARIANTS,
    check_same_candidates,
    check_same_data,
    read_of_same_folds,
    read_out_of_fold,
)
from training.metrics import DRAWS, Figure, bootstrap_of_distance
from training.provenance import provenance, write_evaluation
from training.stages import command_line

INTERVAL = (
    f"95 %, bootstrap over applicants, {DRAWS} draws, of the mean over the repeats; where a share "
    "is none or all, the exact bound; where chance alone moves a figure away from 0 (calibration "
    "error, differences between groups), moved down by as much"
)
HEADLINE = ("auc", "brier", "calibration_error", "accuracy")  # of both models
OF_RULE = "accuracy"
GAP, GAP_LABEL = "fairness_gap", "Fairness gap"


def evaluate(
    applications: Applications, recorded: Mapping[str, Any], threshold: float, seed: int
) -> tuple[dict[str, Any], dict[str, Gated]]:
    """Measure everything; returns all figures, and the metrics that a release is compared by."""
    both = both_variants(recorded, applications.approved)
    cost = protected_cost(*both, threshold, seed)
    variant = default_variant(cost)
    answers, with_them = both[VARIANTS.index(variant)], both[1]
    of_models = performance(answers, threshold, seed)
    figures = {
        "threshold": threshold,
        "headline": headline(of_models, fairness_gaps(applications, answers, threshold, seed)),
        "performance": of_models,
        "comparison": ml_against_ann(answers, threshold, seed),
        "auc_of_folds": auc_of_folds(answers),
        "calibration": calibration(answers),
        "profit": profit(answers, seed),
        "fairness": fairness(applications, answers, threshold, seed),
        "protected": cost
        | {
            "performance": performance(with_them, threshold, seed),
            "fairness": fairness(applications, with_them, threshold, seed),
        },
        "chosen": {
            kind: dict(Counter(fold[kind]["chosen"] for fold in recorded[variant]).most_common())
            for kind in MODELS
        },
    }
    return figures, gated(applications, answers, threshold)


def decided(answers: OutOfFold, kind: str, threshold: float) -> NDArray[np.bool_]:
    """(N,) booleans: whom a model approves, by the mean of its answers over the repeats."""
    return np.asarray(answers.probabilities[kind].mean(axis=0) >= threshold)


def fairness(
    applications: Applications, answers: OutOfFold, threshold: float, seed: int
) -> dict[str, Any]:
    """Rates by group of the decisions from the mean over the repeats, of both models."""
    fields, table, approved = applications.fields, applications.table, applications.approved
    return {
        kind: by_groups(fields, table, approved, decided(answers, kind, threshold), seed)
        for kind in MODELS
    }


def fairness_gaps(
    applications: Applications, answers: OutOfFold, threshold: float, seed: int
) -> dict[str, Figure]:
    """The largest gap of approval rates of each model (`largest_gap`), with its interval."""
    fields, table, rows = applications.fields, applications.table, np.arange(len(answers.approved))
    gaps = {k: largest_gap(fields, table, decided(answers, k, threshold)) for k in MODELS}
    return {kind: bootstrap_of_distance(gap, rows, seed=seed) for kind, gap in gaps.items()}


def headline(
    of_models: Mapping[str, Mapping[str, Figure]], gaps: Mapping[str, Figure]
) -> list[dict[str, Any]]:
    """The figures that a reviewer looks at first: label, and "higher" or "lower" for better."""

    def row(name: str, kind: str, figure: Figure) -> dict[str, Any]:
        label = METRICS[name].label if name in METRICS else GAP_LABEL
        higher = name in METRICS and METRICS[name].more_is_better
        told = {
            "name": f"{name}_{kind}",
            "label": f"{label}, {IN_TEXT[kind]}",
            "better": "higher" if higher else "lower",
        }
        return {**told, **figure}

    return [
        *(row(name, kind, of_models[kind][name]) for name in HEADLINE for kind in MODELS),
        *(row(GAP, kind, gaps[kind]) for kind in MODELS),
        row(OF_RULE, RULE.key, of_models[RULE.key][OF_RULE]),
    ]


def gated(applications: Applications, answers: OutOfFold, threshold: float) -> dict[str, Gated]:
    """The metric behind each headline figure, in which a new checkpoint may not lose.

    The rule is not among them: it is not a model of ours.
    """
    make, alone = measures(threshold), np.arange(len(answers.approved))
    figures = {}
    for kind in MODELS:
        for name in HEADLINE:
            metric = over_repeats(make[name], answers.approved, answers.probabilities[kind])
            distance = make[name] is metrics.calibration_error
            figures[f"{name}_{kind}"] = Gated(metric, alone, "all", distance)
        approves = decided(answers, kind, threshold)
        gap = largest_gap(applications.fields, applications.table, approves)
        figures[f"{GAP}_{kind}"] = Gated(gap, alone, "all", distance=True)
    return figures


def folds_digest(folds: Sequence[Mapping[str, Any]]) -> str:
    """sha256 over the rows of each fold, in order."""
    return hashlib.sha256(json.dumps([fold["rows"] for fold in folds]).encode()).hexdigest()


def basis(applications: Applications, folds: Sequence[Mapping[str, Any]], seed: int) -> Basis:
    """What the figures rest on: the table, its folds, a key from the rows (`training.draws`)."""
    digest = hashlib.sha256(applications.table.tobytes())
    digest.update(applications.approved.tobytes())
    return Basis(applications.sha256, folds_digest(folds), seed, digest.hexdigest())


def origin_of_figures(
    applications: Applications, recorded: Mapping[str, Any], seed: int
) -> dict[str, Any]:
    """Where the figures come from: data, folds, code and versions."""
    rows, folds = len(applications.approved), recorded[VARIANTS[0]]
    repeats = round(sum(len(fold["rows"]) for fold in folds) / rows)
    splits = {
        "folds": round(len(folds) / repeats),
        "repeats": repeats,
        "seed": recorded["seed"],
        "sha256": folds_digest(folds),
        "key": recorded["key"],
    }
    data = {"sha256": applications.sha256, "rows": rows}
    return provenance("loan", data, splits, seed, INTERVAL)


def main() -> None:
    """Command line of the evaluate stage."""
    given = command_line(__doc__, "data", "out", "checkpoint", "seed").parse_args()
    started = time.monotonic()
    applications = read_applications(given.data, FIELDS)
    recorded = read_out_of_fold(given.out, applications)
    threshold = read_decision(given.checkpoint).threshold
    check_same_data(given.checkpoint, applications)
    check_same_candidates(given.checkpoint, recorded)
    figures, compared = evaluate(applications, recorded, threshold, given.seed)
    key = recorded["key"]
    figures["learning"] = read_of_same_folds(given.out, LEARNING, key)["curve"]
    figures["compare"] = read_of_same_folds(given.out, COMPARE, key)
    write_draws(given.checkpoint, compared, basis(applications, recorded[VARIANTS[0]], given.seed))
    record = origin_of_figures(applications, recorded, given.seed)
    record["seconds"] = round(time.monotonic() - started)
    write_evaluation(given.checkpoint, record | figures)


if __name__ == "__main__":
    main()
