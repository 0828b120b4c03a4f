"""From a table of applications to a locked checkpoint, through every stage's own command line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from loan_applications import made_up, small_candidates, small_forest, write_csv
from stages_here import run_here, stages_here

from shared.checkpoint.contract import REQUIRED, check_complete, check_measured
from shared.checkpoint.lock import read_lock
from shared.loan.fields.application import read_application
from shared.loan.fields.declared import FIELDS
from shared.loan.models import ann, ml
from shared.loan.models.features import features
from shared.loan.models.predictor import approval, load_predictor
from training.draws import read_draws
from training.loan import choose, compare, fit, nested
from training.loan.run import stages
from training.stages import Stage

ROWS = 120
OPTIONS = ["--folds", "3", "--repeats", "2"]
SHORT = ((choose, "INNER_FOLDS", 2),
         (fit, "SIMULATED", 200), (fit, "BACKGROUND", 20),
         (compare, "default_forest", small_forest))  # fmt: skip


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Stage]]:
    """All stages, run one after the other."""
    root = tmp_path_factory.mktemp("loan")
    data = write_csv(root / "data", made_up(ROWS))
    chain = stages(data, root / "run", root / "space" / "checkpoint", 0, OPTIONS)
    with small_candidates(), stages_here(*SHORT):
        for stage in chain:
            assert not stage.done, stage.name
            run_here(stage)
        yield chain


@pytest.fixture(scope="module")
def checkpoint(every: list[Stage]) -> Path:
    return every[-1].writes[0].parent / "checkpoint"


@pytest.fixture(scope="module")
def evaluation(checkpoint: Path) -> dict[str, Any]:
    return dict(json.loads((checkpoint / "evaluation.json").read_text(encoding="utf-8")))


def test_every_stage_leaves_what_it_promised(every: list[Stage]) -> None:
    assert [stage.name for stage in every if not stage.done] == []


def test_the_checkpoint_is_whole_and_locked(checkpoint: Path) -> None:
    check_complete(checkpoint, "loan")
    lock = read_lock(checkpoint.parent / "checkpoint.json")
    assert lock.task == "loan"
    assert set(REQUIRED["loan"]) <= set(lock.files)
    assert not [name for name in lock.files if name.endswith((".pkl", ".joblib", ".pt"))]


def test_it_answers(checkpoint: Path) -> None:
    predictor = load_predictor(checkpoint)
    probabilities = approval(predictor, made_up(5, seed=1).table)
    assert probabilities.shape == (5, 2)
    assert ((probabilities > 0) & (probabilities < 1)).all()
    assert [field.name for field in predictor.decision.fields] == [f.name for f in FIELDS]


def flat(section: dict[str, Any], before: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """All figures of a section, by their path in it."""
    for name, recorded in section.items():
        if isinstance(recorded, dict) and {"value", "low", "high", "n"} <= set(recorded):
            yield f"{before}{name}", recorded
        elif isinstance(recorded, dict):
            yield from flat(recorded, f"{before}{name}: ")


def test_every_figure_has_its_n_and_an_interval_around_it(evaluation: dict[str, Any]) -> None:
    figures = list(flat({row["label"]: row for row in evaluation["headline"]}))
    figures += flat({k: evaluation[k] for k in ("performance", "fairness", "protected")})
    for row in evaluation["learning"] + evaluation["compare"]["ml"] + evaluation["compare"]["ann"]:
        figures += flat(row)
    assert len(evaluation["headline"]) == 11
    assert len(figures) > 300
    for name, figure in figures:
        assert figure["low"] <= figure["value"] <= figure["high"], name
        assert figure["n"] > 0


def test_the_record_says_what_was_measured(evaluation: dict[str, Any]) -> None:
    assert list(evaluation) == [
        "schema", "task", "data", "splits", "interval", "seed", "commit", "versions", "seconds",
        "threshold", "headline", "performance", "comparison", "auc_of_folds", "calibration",
        "profit", "fairness", "protected", "chosen", "learning", "compare",
        "measured",
    ]  # fmt: skip
    assert evaluation["data"]["rows"] == ROWS
    assert (evaluation["splits"]["folds"], evaluation["splits"]["repeats"]) == (3, 2)
    for kind in ("ml", "ann"):
        assert sum(evaluation["chosen"][kind].values()) == 6
        assert evaluation["auc_of_folds"][kind]["n"] == 6
    assert {"skops", "fairlearn", "skl2onnx", "scikit-learn"} <= set(evaluation["versions"])


def test_the_draws_are_of_the_figures_and_of_their_files(
    checkpoint: Path, evaluation: dict[str, Any]
) -> None:
    check_measured(checkpoint)
    draws = read_draws(checkpoint)
    rows = {row["name"]: row for row in evaluation["headline"]}
    assert set(rows) - set(draws) == {"accuracy_rule"}
    for name, draw in draws.items():
        row = rows[name]
        assert row["better"] == ("higher" if name.startswith(("auc", "accuracy")) else "lower")
        spread = row["high"] - row["low"]
        assert abs(float(np.median(draw.values)) - row["value"]) < spread / 4, name
        low, high = np.percentile(draw.values, (2.5, 97.5))
        assert max(low, 0) == pytest.approx(row["low"], abs=spread / 3), name
        assert high == pytest.approx(row["high"], abs=spread / 3), name


def test_measuring_again_repeats_the_draws_to_the_last_byte(
    every: list[Stage], checkpoint: Path
) -> None:
    before = (checkpoint / "draws.safetensors").read_bytes()
    run_here(next(stage for stage in every if stage.name == "evaluate"))
    assert (checkpoint / "draws.safetensors").read_bytes() == before


def test_answers_of_other_candidates_are_refused(checkpoint: Path, tmp_path: Path) -> None:
    config = json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))
    losses = {kind: {"losses": config[kind]["losses"]} for kind in ("ml", "ann")}
    recorded = {"without protected fields": [losses]}
    nested.check_same_candidates(checkpoint, recorded)
    config["ann"]["losses"].popitem()
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    losses["ann"] = {"losses": {"one layer": 0.5, "two layers": 0.6}}
    with pytest.raises(SystemExit, match=r"Run training\.loan\.fit again"):
        nested.check_same_candidates(tmp_path, recorded)


def test_the_card_says_what_was_measured(checkpoint: Path, evaluation: dict[str, Any]) -> None:
    card = (checkpoint / "README.md").read_text(encoding="utf-8")
    for row in evaluation["headline"]:
        assert row["label"] in card
        assert f"{row['value']:.3f}" in card
    for field in FIELDS:
        assert f"| {field.label} | `{field.name}` | `{field.column}` |" in card
    assert set(re.findall(r"\{[a-z_]+\}", card)) <= {"{layer}"}  # no part was forgotten


def test_the_code_on_the_card_answers_as_the_checkpoint_does(checkpoint: Path) -> None:
    card = (checkpoint / "README.md").read_text(encoding="utf-8")
    code = [part.split("```")[0] for part in card.split("```python")[1:]]
    told = {name: text.replace("FOLDER", str(checkpoint))
            for name, text in zip(("ours", "skops", "numpy"), code, strict=True)}  # fmt: skip
    predictor = load_predictor(checkpoint)
    decision = predictor.decision
    seen = features(decision.used_fields, made_up(7, seed=2).table[:, decision.used])
    scope: dict[str, Any] = {"features": seen}
    exec(told["ours"], scope)
    exec(told["numpy"], scope)
    assert scope["approval"] == pytest.approx(ann.approval(predictor.ann, seen), abs=1e-6)
    exec(told["skops"], scope)
    probabilities = scope["model"].predict_proba(seen)[:, 1]
    assert probabilities == pytest.approx(ml.approval(predictor.models[0], seen), abs=1e-5)


def test_the_examples_are_what_they_say(checkpoint: Path) -> None:
    predictor = load_predictor(checkpoint)
    fields, threshold = predictor.decision.fields, predictor.decision.threshold
    listing = checkpoint / "examples" / "examples.json"
    examples = {
        example["name"]: example for example in json.loads(listing.read_text(encoding="utf-8"))
    }
    assert {"clear_yes", "clear_no", "missing", "out_of_range", "thin_file"} <= set(examples)
    for example in examples.values():
        read = read_application(fields, example["values"])
        approves = approval(predictor, read.row[None])[0] >= threshold
        assert dict(zip(("ml", "ann"), approves.tolist(), strict=True)) == example["expected"]
        assert bool(read.notes) == (example["name"] == "out_of_range")
        assert example["source"] == "simulated"
        unstated = [name for name, value in example["values"].items() if value is None]
        assert bool(unstated) == (example["name"] in ("missing", "thin_file"))
    assert examples["clear_yes"]["expected"] == {"ml": True, "ann": True}
    assert examples["clear_no"]["expected"] == {"ml": False, "ann": False}
    assert examples["thin_file"]["values"]["credit_history"] is None


def test_a_second_fit_repeats_to_the_last_byte(
    every: list[Stage], checkpoint: Path, tmp_path: Path
) -> None:
    stage = next(stage for stage in every if stage.name == "fit")
    moved = [str(tmp_path) if option == str(checkpoint) else option for option in stage.options]
    run_here(Stage(stage.module, moved, [], []))
    for path in stage.writes:
        if path.suffix != ".skops":  # a zip file holds the time of writing
            assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_other_data_than_the_checkpoints_are_refused(every: list[Stage], tmp_path: Path) -> None:
    other = write_csv(tmp_path, made_up(ROWS, seed=5))
    stage = next(stage for stage in every if stage.name == "evaluate")
    options = [*stage.options, "--data", str(other)]
    with pytest.raises(SystemExit, match="other data"):
        run_here(Stage(stage.module, options, [], []))


def test_figures_of_other_folds_are_refused(tmp_path: Path) -> None:
    (tmp_path / "learning.json").write_text('{"key": "1", "curve": []}', encoding="utf-8")
    assert nested.read_of_same_folds(tmp_path, "learning.json", "1") == {"curve": []}
    with pytest.raises(SystemExit, match="of other folds"):
        nested.read_of_same_folds(tmp_path, "learning.json", "2")
    with pytest.raises(SystemExit, match=r"Run training\.loan\.compare first"):
        nested.read_of_same_folds(tmp_path, "compare.json", "1")


def test_no_simulated_applicant_is_a_row_of_the_data(checkpoint: Path) -> None:
    rows = {row.tobytes() for row in np.nan_to_num(made_up(ROWS).table, nan=-1)}
    population = load_predictor(checkpoint).population
    assert len(population.table) == 200
    assert not rows & {row.tobytes() for row in np.nan_to_num(population.table, nan=-1)}
