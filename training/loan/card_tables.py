"""Recorded figures of the loan models as tables of the model card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.wording import listed
from training.loan.words import WORDS
from training.tables import figure_rows, markdown_table, with_interval

METRICS = {
    "accuracy": "accuracy",
    "auc": "AUC",
    "brier": "Brier score",
    "log_loss": "log loss",
    "calibration_error": "calibration error",
    "precision": "precision of approvals",
    "recall": "recall of approvals",
}
RATES = {
    "approval_rate": "approved",
    "approved_of_those_who_were": "of those the lender approved",
    "approved_of_those_who_were_not": "of those it refused",
}
Record = Mapping[str, Any]


def performance(found: Record) -> str:
    """Every metric of the rule and of both models."""
    rows = [
        (label, *(with_interval(found[kind][metric]) for kind in WORDS))
        for metric, label in METRICS.items()
    ]
    return markdown_table(("", *WORDS.values()), rows)


def auc_of_folds(found: Record) -> str:
    """One sentence on the AUC within the folds."""
    words = [
        f"{each['value']:.3f} (standard error {each['standard_error']:.3f}) for {WORDS[kind]}"
        for kind, each in found.items()
    ]
    return f"Mean of the AUC within each outer fold: {listed(words, 'and')}."


def comparison(found: Record) -> str:
    """Differences of the two models."""
    rows = [
        (
            METRICS[metric],
            with_interval(row["ml_minus_ann"]),
            f"{row['standard_error']:.3f}",
            f"{row['p']:.2f}",
        )
        for metric, row in found.items()
    ]
    head = ("", "machine learning less neural network", "standard error", "p")
    return markdown_table(head, rows)


def profit(curves: list[Record], threshold: float) -> str:
    """What is earned at the threshold, and where most would have been earned."""
    rows = []
    for curve in curves:
        at = min(
            range(len(curve["thresholds"])), key=lambda k: abs(curve["thresholds"][k] - threshold)
        )
        best = max(range(len(curve["value"])), key=lambda k: curve["value"][k])
        cells = [_earned(curve, k) for k in (at, best)]
        where = f"{curve['thresholds'][best]:.2f}"
        rows.append((WORDS[curve["model"]], f"{curve['loss']:g}", *cells, where))
    head = ("", "a wrong approval loses", "earned at the threshold", "most", "at the threshold")
    return markdown_table(head, rows)


def _earned(curve: Record, at: int) -> str:
    return with_interval({name: curve[name][at] for name in ("value", "low", "high")})


def learning(points: list[Record]) -> str:
    """The learning curve."""
    kinds = ("ml", "ann")
    rows = [
        (
            str(point["rows"]),
            *(with_interval(point[kind][metric]) for metric in ("auc", "brier") for kind in kinds),
        )
        for point in points
    ]
    head = [f"{METRICS[metric]}, {WORDS[kind]}" for metric in ("auc", "brier") for kind in kinds]
    return markdown_table(("training rows", *head), rows)


def helped(rows: list[Record]) -> str:
    """What was compared, one below the other."""
    cells = [
        (
            row["name"],
            *(with_interval(row[metric]) for metric in ("auc", "brier", "log_loss")),
            with_interval(row["log_loss_saved"]) if "log_loss_saved" in row else "",
        )
        for row in rows
    ]
    return markdown_table(("", "AUC", "Brier score", "log loss", "log loss saved"), cells)


def mistake(found: Record) -> str:
    """Resampling before the split, beside the same forests without it."""
    kinds = {"split_first": "split first", "copied_before_the_split": "copied first (the mistake)"}
    rows = [
        (each["name"], words, *(with_interval(each[kind][m]) for m in ("accuracy", "auc")))
        for each in found["forests"]
        for kind, words in kinds.items()
    ]
    return f"{found['label']}\n\n" + markdown_table(("", "", "accuracy", "AUC"), rows)


def fairness(found: Record, field: str) -> str:
    """Rates and differences of both models over the groups of a field."""
    rows, gaps = [], {}
    for kind in ("ml", "ann"):
        for group, rates in found[kind][field]["groups"].items():
            cells = [with_interval(rates[rate]) if rate in rates else "" for rate in RATES]
            rows.append((group, WORDS[kind], str(rates["approval_rate"]["n"]), *cells))
        for name, figure in found[kind][field]["differences"].items():
            gaps[f"{name.replace('_', ' ')} difference, {WORDS[kind]}"] = figure
    title = f"**{field.replace('_', ' ').capitalize()}**"
    table = markdown_table(("group", "", "n", *RATES.values()), rows)
    return f"{title}\n\n{table}\n\n{figure_rows(gaps)}"
