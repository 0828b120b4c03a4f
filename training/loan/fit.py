"""Fit both models to all rows.

    python -m training.loan.fit --data DATA --out OUT --checkpoint DIR

What the nested cross-validation measured is done once more with all rows: choose, calibrate, fit
(`choose`), without the protected fields unless that was measured to cost (`fairness`). Writes the
models (`ml.skops`, `ml.onnx`, `ann.safetensors`), `config.json`, `decision.json` and the simulated
applicants (`population.safetensors`).
"""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED

import numpy as np
import skops.io
from numpy.typing import NDArray
from onnx import ModelProto
from safetensors.numpy import save_file
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import ClassifierMixin
from sklearn.ensemble import GradientBoostingClassifier
from threadpoolctl import threadpool_limits

from shared.loan.fields.declared import FIELDS, Fields, as_json
from shared.loan.models.ann import ANN_FILE, Ann, tensors_of
from shared.loan.models.decision import DECISION_FILE
from shared.loan.models.features import feature_names, features
from shared.loan.models.ml import FEATURES, ML_FILE, SKOPS_FILE, TRUSTED, approval, open_model
from shared.loan.models.predictor import POPULATION_FILE
from shared.loan.models.registry import ANN, ML, MODELS, REGISTRY
from shared.loan.why.neighbours import crowd, novelty
from training.loan.candidates import NAMES, NETWORKS, Names
from training.loan.choose import Chosen, choose_and_fit
from training.loan.data import Applications, read_applications
from training.loan.fairness import both_variants, default_variant, protected_cost
from training.loan.nested import (
    CONFIG_FILE,
    VARIANTS,
    candidates_of,
    columns_of,
    read_out_of_fold,
)
from training.loan.simulate import draw_applicants, fit_copula
from training.stages import command_line, write_record

THRESHOLD = 0.5  # more likely than not; the page lets a visitor move it and see what that costs
SIMULATED = 1000  # applicants of the population
BACKGROUND = 100  # of them, that explanations compare an applicant with
FAMILIAR = 0.99  # share of the training rows that must not count as unlike all seen
OPSET = 18
CLOSE = 1e-5  # largest difference between the two forms; both count in 32 bits at some place


def fit_checkpoint(
    applications: Applications,
    folder: Path,
    seed: int,
    variant: str = VARIANTS[0],
    names: Names = NAMES,
) -> dict[str, Chosen]:
    """Write all but the evaluation, for one of `VARIANTS`; returns what was chosen, by model."""
    folder.mkdir(parents=True, exist_ok=True)
    used = columns_of(variant, applications)
    fields = tuple(applications.fields[k] for k in used)
    seen = features(fields, applications.table[:, used])
    chosen: dict[str, Chosen] = {
        kind: choose_and_fit(kind, seen, applications.approved, seed, names) for kind in MODELS
    }
    trusted = export_pipeline(chosen[ML.key].fitted.model, seen, folder)
    network = chosen[ANN.key].fitted.model
    assert isinstance(network, Ann)
    save_file(
        {k: np.ascontiguousarray(v) for k, v in tensors_of(network).items()}, folder / ANN_FILE
    )
    population = simulate(applications, used, chosen, seed)
    save_file(population, folder / POPULATION_FILE)
    write_record(folder / CONFIG_FILE, config(chosen, fields, trusted, seed))
    table = population["table"].astype(np.float64)
    write_record(folder / DECISION_FILE, decision(applications, fields, chosen, table))
    return chosen


def simulate(
    applications: Applications, used: tuple[int, ...], chosen: dict[str, Chosen], seed: int
) -> dict[str, NDArray[Any]]:
    """The tensors of `population.safetensors`."""
    copula = fit_copula(applications.fields, applications.table, seed)
    table = draw_applicants(copula, SIMULATED, applications.table, seed).astype(np.float32)
    fields = tuple(applications.fields[k] for k in used)
    seen = features(fields, table[:, used].astype(np.float64))
    probabilities = np.mean([model.approval(seen) for model in chosen.values()], axis=0)
    rng = np.random.default_rng(seed)
    return {
        "table": table,
        "approved": (rng.random(SIMULATED) < probabilities).astype(np.uint8),
        "background": np.sort(rng.choice(SIMULATED, BACKGROUND, replace=False)),
    }


def config(
    chosen: dict[str, Chosen], fields: Fields, trusted: list[str], seed: int
) -> dict[str, Any]:
    """What the models are and how they were chosen."""
    ml, ann = chosen[ML.key], chosen[ANN.key]
    return {
        "task": "loan",
        "features": list(feature_names(fields)),
        "seed": seed,
        # What the Hub's page reads of a model with the tag skops, for its lines of code.
        "sklearn": {"model": {"file": SKOPS_FILE}, "model_format": "skops"},
        ML.key: {"name": ml.fitted.name, "losses": ml.losses, "trusted": trusted},
        ANN.key: {
            "name": ann.fitted.name,
            "losses": ann.losses,
            "settings": NETWORKS[ann.fitted.name].as_json(),
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
            model.key: {
                "name": f"{model.title} ({chosen[model.key].fitted.name})",
                "calibration": asdict(chosen[model.key].calibration),
            }
            for model in REGISTRY
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


def forget_random_states(model: ClassifierMixin) -> None:
    """Drop the generators that the trees of boosting were fitted with: they make the file larger.

    They are for fitting again in the same process, and say nothing about the answers.
    """
    for part in [model, *getattr(model, "estimators_", [])]:
        if isinstance(part, GradientBoostingClassifier):
            part._rng = None
            for tree in part.estimators_.ravel():
                tree.random_state = None


def drop_unused(graph: ModelProto) -> None:
    """Drop constants that no node reads; ONNX Runtime would warn of each at every start."""
    read = {name for node in graph.graph.node for name in node.input}
    for constant in [tensor for tensor in graph.graph.initializer if tensor.name not in read]:
        graph.graph.initializer.remove(constant)


def export_pipeline(
    model: ClassifierMixin, features: NDArray[np.float32], folder: Path
) -> list[str]:
    """Write both forms of a classifier and check that they say the same.

    Args:
        model: fitted.
        features: (N, K) float32 to compare on.
        folder: of the checkpoint.

    Returns:
        The types in `ml.skops` that scikit-learn's users must trust by name.

    Raises:
        RuntimeError: the two forms differ, or the Space would not trust a type in the file.
    """
    path = folder / SKOPS_FILE
    forget_random_states(model)
    skops.io.dump(model, path, compression=ZIP_DEFLATED, compresslevel=9)
    inputs = [(FEATURES, FloatTensorType([None, features.shape[1]]))]
    graph = to_onnx(model, initial_types=inputs, options={"zipmap": False}, target_opset=OPSET)
    drop_unused(graph)
    (folder / ML_FILE).write_bytes(graph.SerializeToString())
    answers = approval(open_model(folder), features)
    apart = float(np.abs(answers - model.predict_proba(features)[:, 1]).max())
    if apart > CLOSE:
        raise RuntimeError(f"{ML_FILE} and {SKOPS_FILE} differ by {apart:.2g} on a row.")
    asked = sorted(skops.io.get_untrusted_types(file=path))
    if strange := set(asked) - set(TRUSTED):
        raise RuntimeError(f"{SKOPS_FILE} asks for types that no Space trusts: {sorted(strange)}.")
    return asked


def main() -> None:
    """Command line of the fit stage."""
    given = command_line(__doc__, "data", "out", "checkpoint", "seed").parse_args()
    applications = read_applications(given.data, FIELDS)
    recorded = read_out_of_fold(given.out, applications)
    both = both_variants(recorded, applications.approved)
    variant = default_variant(protected_cost(*both, THRESHOLD, given.seed))
    with threadpool_limits(1):  # many small fits: threads cost more than they bring
        chosen = fit_checkpoint(
            applications, given.checkpoint, given.seed, variant, candidates_of(recorded)
        )
    for kind, model in chosen.items():
        losses = ", ".join(f"{name} {loss:.4f}" for name, loss in model.losses.items())
        print(f"{kind}: {model.fitted.name} (log loss in inner folds: {losses})")


if __name__ == "__main__":
    main()
