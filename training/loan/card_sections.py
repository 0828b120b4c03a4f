"""The parts of the model card, made from what was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.loan.fields.application import NOT_STATED
from shared.loan.fields.declared import Field, Fields, from_json
from shared.loan.fields.numbers import plain
from shared.wording import listed
from training import cards
from training.loan import card_tables as tables
from training.loan.card_tables import METRICS
from training.loan.words import WORDS
from training.tables import markdown_table, with_interval

PLOTS = {
    "reliability.svg": "Share approved against said probability",
    "roc.svg": "ROC curves of both models",
    "profit.svg": "What each threshold earns, with the cost of a wrong approval",
    "learning.svg": "AUC against the number of training rows",
    "fairness.svg": "Share approved by group",
}
CHANGES = {"more": "upwards", "less": "downwards", "any": "either way", None: "no"}
Record = Mapping[str, Any]


def sections(found: Record, decision: Record, config: Record) -> dict[str, str]:
    """The text of each section.

    Args:
        found, decision, config: the checkpoint's records.
    """
    declared = from_json(decision["fields"])
    trusted = config["ml"]["trusted"]
    return {
        "ml_name": config["ml"]["name"],
        "ann_name": config["ann"]["name"],
        "trusted": "\n".join(f'    "{name}",' for name in trusted) or "    # none is needed",
        "feature_count": str(len(config["features"])),
        "layers": str(config["ann"]["settings"]["layers"] + 1),
        "fields": fields_table(declared, decision["used"]),
        "used": used(declared, decision["used"]),
        "folds": str(found["splits"]["folds"]),
        "repeats": str(found["splits"]["repeats"]),
        "interval": f"Intervals: {found['interval']}",
        "headline": cards.headline_table(found),
        "threshold": f"{found['threshold']:g}",
        "performance": tables.performance(found["performance"]),
        "auc_of_folds": tables.auc_of_folds(found["auc_of_folds"]),
        "comparison": tables.comparison(found["comparison"]),
        "profit": tables.profit(found["profit"], found["threshold"]),
        "learning": tables.learning(found["learning"]),
        "chosen": chosen(found["chosen"], config),
        "helped": "\n\n".join(tables.helped(found["compare"][kind]) for kind in ("ml", "ann")),
        "mistake": tables.mistake(found["compare"]["mistake"]),
        "fairness": "\n\n".join(
            tables.fairness(found["fairness"], name) for name in found["fairness"]["ml"]
        ),
        "protected": protected(found["protected"]),
        "plots": cards.pictures(PLOTS),
        "provenance": provenance(found),
        "rows": f"{found['data']['rows']:,}",
    }  # fmt: skip


def fields_table(declared: Fields, names: list[str]) -> str:
    """All fields of an application: what each may hold, what was seen, what may be done with it."""
    rows = [
        (
            field.label,
            f"`{field.name}`",
            f"`{field.column}`",
            _permitted(field),
            f"{plain(field.seen[0])} to {plain(field.seen[1])}" if field.seen else "",
            "yes" if field.name in names else "no",
            "yes" if field.protected else "",
            CHANGES[field.change],
        )
        for field in declared
    ]
    head = ("field", "in the API", "in a CSV", "may be", "seen in training", "used", "protected",
            "the applicant can change it")  # fmt: skip
    return markdown_table(head, rows)


def _permitted(field: Field) -> str:
    if field.kind == "choice":
        return ", ".join(f"`{value}`" for value in field.values)
    return f"{plain(field.lowest)} to {plain(field.highest)} {field.unit}"


def used(declared: Fields, names: list[str]) -> str:
    """Which fields the models do not see, and that every field may be left open."""
    unused = [field.label.lower() for field in declared if field.name not in names]
    said = (
        f"Every field may be left open ({NOT_STATED}): that is an answer too, and the models were "
        "trained with such answers. "
    )
    if not unused:
        return said + "The models use all fields."
    return said + f"The models do not see {listed(unused, 'and')}."


def chosen(times: Record, config: Record) -> str:
    """Who was chosen how often, and what the final fit chose."""
    rows = [
        (
            f"**{name}**" if name == config[kind]["name"] else name,
            WORDS[kind],
            str(times[kind].get(name, 0)),
            f"{loss:.4f}",
        )
        for kind in ("ml", "ann")
        for name, loss in config[kind]["losses"].items()
    ]
    head = ("candidate (this checkpoint's in bold)", "", "times chosen", "log loss")
    return markdown_table(head, rows)


def protected(found: Record) -> str:
    """What both models would gain by the protected fields, and what follows."""
    rows = [
        (METRICS[metric], *(with_interval(found["gain"][kind][metric]) for kind in ("ml", "ann")))
        for metric in found["gain"]["ml"]
    ]
    head = ("with them less without them", WORDS["ml"], WORDS["ann"])
    follows = (
        "No model's AUC loses more by it than chance explains, so they are left out."
        if found["left_out"]
        else "A model's AUC loses more by it than chance explains, so this checkpoint uses them."
    )
    return (
        "Both variants were trained and measured in the same folds: with the protected fields and "
        f"without. {follows}\n\n{markdown_table(head, rows)}"
    )


def provenance(found: Record) -> str:
    """Hashes, folds, commit and versions."""
    splits = found["splits"]
    folds = f"{splits['folds']} x {splits['repeats']}, seed {splits['seed']}, {splits['sha256']}"
    rows = [cards.data_row(found), ("folds", folds), *cards.code_rows(found)]
    return markdown_table(("what", "value"), rows)
