"""Fit both models to all rows.

    python -m training.loan.fit --data DATA --out OUT --checkpoint DIR

What the nested cross-validation measured is done once more with all rows: choose, calibrate, fit
(`choose`), without the protected fields unless that was measured to cost (`protected`). Writes the
models (`ml.skops`, `ml.onnx`, `ann.safetensors`), `config.json`, `decision.json` and the simulated
applicants (`population.safetensors`).
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from threadpoolctl import threadpool_limits

from shared.loan.fields.declared import FIELDS, Fields, as_json
from shared.loan.models.ann import ANN_FILE, Ann, tensors_of
from shared.loan.models.decision import DECISION_FILE
from shared.loan.models.features import feature_names, features
from shared.loan.models.predictor import POPULATION_FILE
from shared.loan.why.neighbours import crowd, novelty
from training.loan.candidates import KINDS, NAMES, NETWORKS, Names
from training.loan.choose import Chosen, choose_and_fit
from training.loan.data import Applications, read_applications
from training.loan.export import export_pipeline
from training.loan.nested import OUT_OF_FOLD, VARIANTS, candidates_of, columns_of, read_out_of_fold
from training.loan.protected import both_variants, default_variant, protected_cost
from training.loan.simulate import draw_applicants, fit_copula

THRESHOLD = 0.5  # more likely than not; the page lets a visitor move it and see what that costs
SIMULATED = 1000  # applicants of the population
BACKGROUND = 100  # of them, that explanations compare an applicant with
FAMILIAR = 0.99  # share of the training rows that must not count as unlike all seen
WORDS = {"ml": "Machine learning", "ann": "Neural network"}


def fit_checkpoint(
    applications: Applications,
    folder: Path,
    seed: int,
    variant: str = VARIANTS[0],
    names: Names = NAMES,
) -> dict[str, Chosen]:
    """Fit and write everything but the evaluation.

    Args:
        applications: all labelled rows.
        folder: of the checkpoint; made if it is not there.
        seed: of folds, fits and simulated applicants.
        variant: which fields the models use, one of `nested.VARIANTS`.
        names: of the candidates, by kind.

    Returns:
        What was chosen, by kind.
    """
    folder.mkdir(parents=True, exist_ok=True)
    used = columns_of(variant, applications)
    fields = tuple(applications.fields[k] for k in used)
    seen = features(fields, applications.table[:, used])
    chosen: dict[str, Chosen] = {
        kind: choose_and_fit(kind, seen, applications.approved, seed, names) for kind in KINDS
    }
    trusted = export_pipeline(chosen["ml"].fitted.model, seen, folder)
    network = chosen["ann"].fitted.model
    assert isinstance(network, Ann)
    save_file(
        {k: np.ascontiguousarray(v) for k, v in tensors_of(network).items()}, folder / ANN_FILE
    )
    population = simulate(applications, used, chosen, seed)
    save_file(population, folder / POPULATION_FILE)
    _write(folder / "config.json", config(chosen, fields, trusted, seed))
    _write(
        folder / DECISION_FILE,
        decision(applications, fields, chosen, population["table"].astype(np.float64)),
    )
    return chosen


def simulate(
    applications: Applications, used: tuple[int, ...], chosen: dict[str, Chosen], seed: int
) -> dict[str, NDArray[Any]]:
    """The tensors of `population.safetensors`."""
    copula = fit_copula(applications.fields, applications.table, seed)
    table = draw_applicants(copula, SIMULATED, applications.table, seed).astype(np.float32)
    fields = tuple(applications.fields[k] for k in used)
    seen = features(fields, table[:, used].astype(np.float64))
    shares = np.mean([each.approval(seen) for each in chosen.values()], axis=0)
    rng = np.random.default_rng(seed)
    return {
        "table": table,
        "approved": (rng.random(SIMULATED) < shares).astype(np.uint8),
        "background": np.sort(rng.choice(SIMULATED, BACKGROUND, replace=False)),
    }


def config(
    chosen: dict[str, Chosen], fields: Fields, trusted: list[str], seed: int
) -> dict[str, Any]:
    """What the models are and how they were chosen."""
    return {
        "task": "loan",
        "features": list(feature_names(fields)),
        "seed": seed,
        "ml": {"name": chosen["ml"].fitted.name, "losses": chosen["ml"].losses, "trusted": trusted},
        "ann": {
            "name": chosen["ann"].fitted.name,
            "losses": chosen["ann"].losses,
            "settings": NETWORKS[chosen["ann"].fitted.name].as_json(),
        },
    }


def decision(
    applications: Applications,
    used: Fields,
    chosen: dict[str, Chosen],
    population: NDArray[np.float64],
) -> dict[str, Any]:
    """Fields, calibration, threshold, and what counts as unlike all seen."""
    fields = with_ranges(applications)
    columns = [k for k, field in enumerate(applications.fields) if field in used]
    far = novelty(crowd(used, population[:, columns]), applications.table[:, columns])
    return {
        "fields": as_json(fields),
        "used": [field.name for field in used],
        "models": {
            kind: {
                "name": f"{WORDS[kind]} ({each.fitted.name})",
                "calibration": asdict(each.calibration),
            }
            for kind, each in chosen.items()
        },
        "threshold": THRESHOLD,
        "novelty": float(np.quantile(far, FAMILIAR)),
        "fitted_on": {"rows": len(applications.approved), "sha256": applications.sha256},
    }


def with_ranges(applications: Applications) -> Fields:
    """The fields with the lowest and highest value that the training data holds of each number."""
    columns = zip(applications.fields, applications.table.T, strict=True)
    return tuple(
        replace(field, seen=(float(np.nanmin(column)), float(np.nanmax(column))))
        if field.kind == "number"
        else field
        for field, column in columns
    )


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Command line of the fit stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help=f"folder with {OUT_OF_FOLD}")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    applications = read_applications(arguments.data, FIELDS)
    found = read_out_of_fold(arguments.out, applications)
    both = both_variants(found, applications.approved)
    variant = default_variant(protected_cost(*both, THRESHOLD, arguments.seed))
    with threadpool_limits(1):  # many small fits: threads cost more than they bring
        chosen = fit_checkpoint(
            applications, arguments.checkpoint, arguments.seed, variant, candidates_of(found)
        )
    for kind, each in chosen.items():
        losses = ", ".join(f"{name} {loss:.4f}" for name, loss in each.losses.items())
        print(f"{kind}: {each.fitted.name} (log loss in inner folds: {losses})")


if __name__ == "__main__":
    main()
