"""From a folder of slices to a locked checkpoint in one command, which goes on where it was."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter
from stages_here import run_here, stages_here

from shared.checkpoint.contract import REQUIRED, check_measured
from shared.checkpoint.lock import read_lock
from shared.tumor.classes import HEALTHY
from shared.tumor.predictor import load_predictor, predict
from training.draws import read_draws
from training.stages import Stage
from training.tumor import evaluate, gate, gate_pictures, robustness, sources

# Of so few slices some draws hold none of a class; such a draw has no AUC and is left out.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")

CLASSES = ("glioma", "meningioma", "notumor", "pituitary")
A_CLASS = 30
FIT = {"size": 64, "small-size": 64, "small-epochs": 0, "epochs": 1, "batch-size": 16}
SHORT = (
    (gate_pictures, "PICTURES", 8),
    (gate, "PICTURES", 8),
    (gate_pictures, "PLACES", ((0, (60, 90)), (2, (80, 100)))),
    (robustness, "CHANGES", robustness.CHANGES[::5]),
    (sources, "SHORT", replace(sources.SHORT, size=64, small_size=64, epochs=1, batch_size=16)),
    (evaluate, "SAMPLED", 8),
    (evaluate, "COMPARED", 6),
)


def head(rng: np.random.Generator, disc: tuple[int, int] | None) -> np.ndarray:
    """A grey head of its own texture, with a bright disc or without."""
    y, x = np.mgrid[0:96, 0:96]
    texture = gaussian_filter(rng.normal(size=(96, 96)), 2)
    pixels = np.where(np.hypot(y - 48, x - 48) < 40, 110 + 400 * texture, 0.0)
    if disc:
        pixels[np.hypot(y - disc[0], x - disc[1]) < 8] = 250
    return np.uint8(pixels.clip(0, 255))


def write_slices(folder: Path, table: Path, label: str, count: int, seed: int) -> None:
    """Slices of one class, and for tumors rows of boxes."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    with table.open("a", encoding="utf-8") as lines:
        for k in range(count):
            place = (int(rng.integers(28, 68)), int(rng.integers(28, 68)))
            ill = label != HEALTHY
            Image.fromarray(head(rng, place if ill else None)).save(folder / f"{label}{k:02}.png")
            if ill:
                file = f"{label}/{label}{k:02}.png"
                lines.write(f"{file},{label},{place[1] / 96},{place[0] / 96},0.18,0.18\n")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    (root / "localisation").mkdir()
    tables = root / "training_boxes.csv", root / "localisation" / "boxes.csv"
    for table in tables:
        table.write_text("file,label,x_center,y_center,width,height\n", encoding="utf-8")
    for seed, label in enumerate(CLASSES):
        write_slices(root / "training" / label, tables[0], label, A_CLASS, seed)
        if label != HEALTHY:
            write_slices(root / "localisation" / label, tables[1], label, 4, 10 + seed)
    return root


@pytest.fixture(scope="module", autouse=True)
def here() -> Iterator[None]:
    with stages_here(*SHORT):
        yield


def options(data: Path, out: Path, checkpoint: Path) -> list[str]:
    """The command line of the whole way."""
    paths = ["--data", data, "--out", out, "--checkpoint", checkpoint]
    return [*map(str, paths), *(f"--{name}={value}" for name, value in FIT.items())]


def run(data: Path, out: Path, checkpoint: Path) -> None:
    """The whole way, in this process."""
    run_here(Stage("training.tumor.run", options(data, out, checkpoint), [], []))


@pytest.fixture(scope="module")
def made(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    out = tmp_path_factory.mktemp("run")
    checkpoint = tmp_path_factory.mktemp("space") / "checkpoint"
    run(data, out, checkpoint)
    return out, checkpoint


def test_the_checkpoint_is_whole_and_locked(made: tuple[Path, Path]) -> None:
    _, checkpoint = made
    assert all((checkpoint / name).exists() for name in REQUIRED["tumor"])
    lock = read_lock(checkpoint.parent / "checkpoint.json")
    assert set(REQUIRED["tumor"]) <= set(lock.files)


def test_it_answers(made: tuple[Path, Path]) -> None:
    predictor = load_predictor(made[1])
    answer = predict(predictor, head(np.random.default_rng(9), (40, 40)) / np.float32(255))
    assert set(answer.probabilities) == set(CLASSES)


def test_every_figure_has_its_n_and_its_interval(made: tuple[Path, Path]) -> None:
    evaluation = json.loads((made[1] / "evaluation.json").read_text(encoding="utf-8"))
    figures = [*evaluation["headline"], evaluation["localisation"]["centre"]["energy"]]
    figures += [row["accuracy"] for row in evaluation["robustness"]]
    figures += [row["recall"] for row in evaluation["classification"]["per_class"].values()]
    assert len(evaluation["headline"]) == 9
    for figure in figures:
        assert figure["low"] <= figure["value"] <= figure["high"]
        assert figure["n"] > 0
    parts = evaluation["splits"]["sizes"]
    assert sum(parts.values()) == A_CLASS * len(CLASSES)
    assert evaluation["classification"]["accuracy"]["n"] == parts["test"]
    assert np.sum(evaluation["classification"]["confusion"]["counts"]) == parts["test"]


def test_the_draws_are_of_the_figures_and_of_their_files(made: tuple[Path, Path]) -> None:
    check_measured(made[1])
    evaluation = json.loads((made[1] / "evaluation.json").read_text(encoding="utf-8"))
    draws = read_draws(made[1])
    assert [row["name"] for row in evaluation["headline"]] == [
        "macro_f1", "macro_f1_unseen", "accuracy", "ece", "coverage", "pointing", "energy",
        "refused_other", "refused_slices",
    ]  # fmt: skip
    assert set(draws) == {row["name"] for row in evaluation["headline"]}
    of_test = ("macro_f1", "accuracy", "coverage", "ece", "refused_slices")
    assert len({draws[name].pairing for name in of_test}) == 1
    assert len({draw.pairing for draw in draws.values()}) == 4
    for row in evaluation["headline"]:
        assert row["better"] == ("lower" if row["name"] in ("ece", "refused_slices") else "higher")
        spread = row["high"] - row["low"]
        median = float(np.median(draws[row["name"]].values))
        assert median == pytest.approx(row["value"], abs=max(spread / 3, 1e-9)), row["name"]


def test_the_card_says_what_was_measured(made: tuple[Path, Path]) -> None:
    card = (made[1] / "README.md").read_text(encoding="utf-8")
    evaluation = json.loads((made[1] / "evaluation.json").read_text(encoding="utf-8"))
    assert "{" not in card.replace("{#", "")
    for row in evaluation["headline"]:
        assert row["label"] in card
        assert f"{row['value']:.3f}" in card


def test_a_second_run_finds_nothing_to_do(
    data: Path, made: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    run(data, *made)
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 10
    assert all(line.endswith("nothing new") for line in printed)


def test_a_lost_file_is_made_again_and_what_follows_from_it(
    data: Path, made: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    before = (made[1] / "decision.json").read_bytes()
    (made[1] / "decision.json").unlink()
    run(data, *made)
    printed = capsys.readouterr().out
    assert (made[1] / "decision.json").read_bytes() == before
    again = [line.split()[0] for line in printed.splitlines() if line.endswith("...")]
    wanted = ["decide", "evaluate", "card"]
    assert again == [*(f"training.tumor.{stage}" for stage in wanted), "training.lock"]


@pytest.mark.slow
def test_the_whole_way_as_a_maintainer_runs_it(data: Path, tmp_path: Path) -> None:
    paths = data, tmp_path / "run", tmp_path / "space" / "checkpoint"
    command = [sys.executable, "-m", "training.tumor.run", *options(*paths)]

    def printed() -> list[str]:
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.splitlines()

    first = printed()
    assert len([line for line in first if line.endswith(" ...")]) == 10
    check_measured(paths[2])
    lock = read_lock(paths[2].parent / "checkpoint.json")
    assert set(REQUIRED["tumor"]) <= set(lock.files)
    again = printed()
    assert len(again) == 10
    assert all(line.endswith("nothing new") for line in again)
