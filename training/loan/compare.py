"""What helped, and what only seems to: `python -m training.loan.compare --data DATA --out OUT`.

Every pipeline among the candidates as it is, and the ANN built up step by step, on all outer folds:
settings are fixed, nothing is chosen or calibrated. Beside it the mistake that published figures of
0.85 rest on (`oversampled`).
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from shared.loan.fields.declared import FIELDS
from shared.loan.models.ann import approval
from shared.loan.models.features import features
from training.loan import candidates, metrics, oversampled
from training.loan.ann import Settings
from training.loan.answers import difference, figure, stacked
from training.loan.candidates import Names
from training.loan.data import Applications, read_applications
from training.loan.nested import DIGITS, VARIANTS, candidates_of, columns_of, read_out_of_fold
from training.loan.resume import Fold, answer_each

COMPARE = "compare.json"
MEASURED = {"auc": metrics.auc, "brier": metrics.brier, "log_loss": metrics.log_loss}
ALONE: dict[str, Any] = {
    "members": 1,
    "pieces": 0,
    "mixing": 0.0,
    "soft": 0.0,
    "dropout": 0.0,
    "decay": 0.02,
}
STEPS = (
    ("+ an ensemble", ("members",)),
    ("+ features in pieces", ("pieces",)),
    ("+ dropout and weight decay", ("dropout", "decay")),
    ("+ rows mixed", ("mixing",)),
    ("+ a teacher", ("soft",)),
)


def ladder(networks: Mapping[str, Settings]) -> dict[str, Settings]:
    """The ANN from one plain perceptron to the first of the candidates, then the others.

    Args:
        networks: the candidates.
    """
    full, *others = networks.values()
    settings = replace(full, **ALONE)
    found = {"one perceptron, features as they are": settings}
    for name, kept in STEPS:
        settings = replace(settings, **{key: getattr(full, key) for key in kept})
        found[name] = settings
    return found | dict(zip(list(networks)[1:], others, strict=True))


def networks(names: Names) -> dict[str, Settings]:
    """The settings of the networks among some candidates."""
    return {name: candidates.NETWORKS[name] for name in names["ann"]}


def answer_fold(
    seen: NDArray[np.float32], approved: NDArray[np.int64], test: Fold, seed: int, names: Names
) -> dict[str, Any]:
    """Answer the rows of a fold from all others by everything that is compared."""
    train = np.setdiff1d(np.arange(len(seen)), test)
    said: dict[str, NDArray[np.float64]] = {}
    for name in names["ml"]:
        fitted = candidates.fit(name, seen[train], approved[train], seed)
        said[name] = fitted.approval(seen[test])
    for name, settings in ladder(networks(names)).items():
        network = candidates.fit_network(settings, seen[train], approved[train], seed)
        said[name] = approval(network, seen[test])
    answers = {name: np.round(shares, DIGITS).tolist() for name, shares in said.items()}
    return {"rows": test.tolist(), "answers": answers}


def run(applications: Applications, found: Mapping[str, Any], out: Path) -> dict[str, Any]:
    """Compare everything.

    Args:
        applications: labelled.
        found: what the nested stage wrote; its folds, seed and candidates are used.
        out: folder for the answers of each fold.
    """
    columns = columns_of(VARIANTS[0], applications)
    fields = tuple(applications.fields[k] for k in columns)
    seen, approved = features(fields, applications.table[:, columns]), applications.approved
    seed, names = found["seed"], candidates_of(found)

    def answer(number: int, test: Fold) -> dict[str, Any]:
        return answer_fold(seen, approved, test, seed + number, names)

    folds = [np.array(fold["rows"]) for fold in found[VARIANTS[0]]]
    folder = out / "compare" / fingerprint(found["key"], names)[:12]
    answered = answer_each(folds, answer, folder, "what helped")
    shares = {
        name: stacked(folds, [fold["answers"][name] for fold in answered], len(approved))
        for name in answered[0]["answers"]
    }
    return {
        "key": found["key"],
        "ml": _rows(shares, list(names["ml"]), approved, seed),
        "ann": _rows(shares, list(ladder(networks(names))), approved, seed),
        "mistake": oversampled.measure(seen, approved, seed),
    }


def fingerprint(key: str, names: Names) -> str:
    """What the answers of a fold depend on, besides the code of the fits."""
    settings = {name: each.as_json() for name, each in ladder(networks(names)).items()}
    said = [key, list(names["ml"]), settings]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _rows(
    shares: Mapping[str, NDArray[np.float64]],
    names: list[str],
    approved: NDArray[np.int64],
    seed: int,
) -> list[dict[str, Any]]:
    """Figures of each, and how much the log loss is below that of the one before (paired)."""
    rows = []
    for at, name in enumerate(names):
        row: dict[str, Any] = {"name": name}
        row |= {key: figure(make, approved, shares[name], seed) for key, make in MEASURED.items()}
        if at:
            pair = shares[names[at - 1]], shares[name]
            row["log_loss_saved"] = difference(metrics.log_loss, approved, *pair, seed)
        rows.append(row)
    return rows


def main() -> None:
    """Command line of the compare stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    applications = read_applications(arguments.data, FIELDS)
    found = read_out_of_fold(arguments.out, applications)
    with threadpool_limits(1):  # many small fits: threads cost more than they bring
        compared = run(applications, found, arguments.out)
    path = arguments.out / COMPARE
    path.write_text(json.dumps(compared, indent=1) + "\n", encoding="utf-8")
    for row in compared["ml"] + compared["ann"]:
        print(f"{row['name']}: AUC {row['auc']['value']:.3f}, Brier {row['brier']['value']:.3f}")


if __name__ == "__main__":
    main()
