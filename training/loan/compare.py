"""What helped, and what only seems to: `python -m training.loan.compare --data DATA --out OUT`.

Every pipeline among the candidates as it is, and the ANN built up step by step, on all outer folds:
settings are fixed, nothing is chosen or calibrated. Beside it the mistake that published figures of
0.85 for this data rest on: resampling before the split.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from shared.loan.fields.declared import FIELDS
from shared.loan.models.ann import approval
from shared.loan.models.registry import ANN, ML
from training.loan import candidates, metrics
from training.loan.ann import Settings
from training.loan.answers import difference, figure, stacked
from training.loan.candidates import Floats, Names
from training.loan.data import Applications, read_applications
from training.loan.folds import Fold, answer_each
from training.loan.nested import (
    DIGITS,
    VARIANTS,
    candidates_of,
    columns_of,
    features_of,
    read_out_of_fold,
)
from training.metrics import Figure, bootstrap
from training.stages import command_line, write_record

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
Make = Callable[[int], ClassifierMixin]
FOLDS = 10
EVEN = 0.5
MISTAKE = (
    "A mistake, shown as one: rows of the rarer class were copied until both classes had the same "
    "number, and only then split. Copies of training rows stand among the tested rows."
)


def ladder(networks: Mapping[str, Settings]) -> dict[str, Settings]:
    """The ANN from one plain perceptron to the first of the candidates, then the others."""
    full, *others = networks.values()
    settings = replace(full, **ALONE)
    rungs = {"one perceptron, features as they are": settings}
    for name, kept in STEPS:
        settings = replace(settings, **{key: getattr(full, key) for key in kept})
        rungs[name] = settings
    return rungs | dict(zip(list(networks)[1:], others, strict=True))


def networks(names: Names) -> dict[str, Settings]:
    """The settings of the networks among some candidates."""
    return {name: candidates.NETWORKS[name] for name in names[ANN.key]}


def answer_fold(
    seen: Floats, approved: NDArray[np.int64], test: Fold, seed: int, names: Names
) -> dict[str, Any]:
    """Answer the rows of a fold from all others by everything that is compared."""
    train = np.setdiff1d(np.arange(len(seen)), test)
    probabilities: dict[str, NDArray[np.float64]] = {}
    for name in names[ML.key]:
        fitted = candidates.fit(name, seen[train], approved[train], seed)
        probabilities[name] = fitted.approval(seen[test])
    for name, settings in ladder(networks(names)).items():
        network = candidates.fit_network(settings, seen[train], approved[train], seed)
        probabilities[name] = approval(network, seen[test])
    answers = {name: np.round(of_name, DIGITS).tolist() for name, of_name in probabilities.items()}
    return {"rows": test.tolist(), "answers": answers}


def run(applications: Applications, recorded: Mapping[str, Any], out: Path) -> dict[str, Any]:
    """Compare everything, with the folds, the seed and the candidates of the nested stage."""
    seen = features_of(applications, columns_of(VARIANTS[0], applications))
    seed, names, approved = recorded["seed"], candidates_of(recorded), applications.approved

    def answer(number: int, test: Fold) -> dict[str, Any]:
        return answer_fold(seen, approved, test, seed + number, names)

    folds = [np.array(fold["rows"]) for fold in recorded[VARIANTS[0]]]
    folder = out / "compare" / fingerprint(recorded["key"], names)[:12]
    answered = answer_each(folds, answer, folder, "what helped")
    probabilities = {
        name: stacked(folds, [fold["answers"][name] for fold in answered], len(approved))
        for name in answered[0]["answers"]
    }
    return {
        "key": recorded["key"],
        ML.key: _rows(probabilities, list(names[ML.key]), approved, seed),
        ANN.key: _rows(probabilities, list(ladder(networks(names))), approved, seed),
        "mistake": copied_before_split(seen, approved, seed),
    }


def fingerprint(key: str, names: Names) -> str:
    """What the answers of a fold depend on, besides the code of the fits."""
    settings = {name: rung.as_json() for name, rung in ladder(networks(names)).items()}
    inputs = [key, list(names[ML.key]), settings]
    return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()


def _rows(
    probabilities: Mapping[str, NDArray[np.float64]],
    names: list[str],
    approved: NDArray[np.int64],
    seed: int,
) -> list[dict[str, Any]]:
    """Figures of each, and how much the log loss is below that of the one before (paired)."""
    rows = []
    for at, name in enumerate(names):
        of_name: dict[str, Any] = {"name": name}
        for metric, make in MEASURED.items():
            of_name[metric] = figure(make, approved, probabilities[name], seed)
        if at:
            pair = probabilities[names[at - 1]], probabilities[name]
            of_name["log_loss_saved"] = difference(metrics.log_loss, approved, *pair, seed)
        rows.append(of_name)
    return rows


def doubled(approved: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Numbers of all rows, then of as many drawn copies of the rarer class as it lacks."""
    counts = np.bincount(approved, minlength=2)
    rarer = np.flatnonzero(approved == counts.argmin())
    copies = np.random.default_rng(seed).choice(rarer, counts.max() - counts.min())
    return np.concatenate([np.arange(len(approved)), copies])


def in_folds(
    make: Make, seen: Floats, approved: NDArray[np.int64], origin: NDArray[np.int64], seed: int
) -> dict[str, Figure]:
    """Accuracy and AUC of a forest in plain stratified folds.

    Args:
        make: from a seed to a classifier.
        seen: (N, K) features.
        approved: (N,) 0 or 1.
        origin: (M,) the rows that are split; intervals draw a row with all its copies.
        seed: of folds and forest.
    """
    rows, truth = seen[origin], approved[origin]
    probabilities = np.zeros(len(origin))
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(rows, truth):
        fitted = make(seed).fit(rows[train], truth[train])
        probabilities[test] = fitted.predict_proba(rows[test])[:, 1]
    measured = {"accuracy": metrics.accuracy_at(EVEN), "auc": metrics.auc}
    return {
        name: bootstrap(metric(truth, probabilities), origin, seed=seed)
        for name, metric in measured.items()
    }


def default_forest(seed: int) -> RandomForestClassifier:
    """The forest as scikit-learn grows it unless told otherwise: every tree to its last row."""
    return RandomForestClassifier(random_state=seed)


def copied_before_split(seen: Floats, approved: NDArray[np.int64], seed: int) -> dict[str, Any]:
    """The mistake behind published figures of 0.85, beside the same two forests split first.

    Rows of the rarer class are drawn again until both classes have the same number, and only then
    the rows are split. A copy of a training row then stands among the rows that are tested, and a
    forest that remembers its rows looks as if it could foresee. Nothing else uses this.
    """
    forests: dict[str, Make] = {
        "random forest of this comparison": candidates.forest,
        "random forest, scikit-learn's defaults": default_forest,
    }
    first, last = np.arange(len(approved)), doubled(approved, seed)
    rows = [
        {
            "name": name,
            "split_first": in_folds(make, seen, approved, first, seed),
            "copied_before_the_split": in_folds(make, seen, approved, last, seed),
        }
        for name, make in forests.items()
    ]
    return {"label": MISTAKE, "forests": rows}


def main() -> None:
    """Command line of the compare stage."""
    given = command_line(__doc__, "data", "out").parse_args()
    applications = read_applications(given.data, FIELDS)
    recorded = read_out_of_fold(given.out, applications)
    with threadpool_limits(1):  # many small fits: threads cost more than they bring
        compared = run(applications, recorded, given.out)
    write_record(given.out / COMPARE, compared)
    for row in compared[ML.key] + compared[ANN.key]:
        print(f"{row['name']}: AUC {row['auc']['value']:.3f}, Brier {row['brier']['value']:.3f}")


if __name__ == "__main__":
    main()
