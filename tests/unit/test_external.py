"""Figures for slices of other hospitals: refusals, sets, tumors found, maps and covered tumors."""

from dataclasses import replace
from pathlib import Path

import bundled
import numpy as np
import pytest
from PIL import Image

from training.tumor import external
from training.tumor.answers import Part
from training.tumor.elsewhere import DEAL_SEED, half_of
from training.tumor.localisation import Boxed, Hit
from training.tumor.slices import Box

ONES = np.ones(10)


def test_recall_is_taken_where_enough_of_the_healthy_are_let_go() -> None:
    ill = np.array([False] * 5 + [True] * 5)
    score = np.array([0.1, 0.2, 0.3, 0.4, 0.9, 0.05, 0.35, 0.45, 0.8, 0.95])
    assert external.recall_at(ill, score, 0.8)(ONES) == pytest.approx(3 / 5)
    assert external.recall_at(ill, score, 1.0)(ONES) == pytest.approx(1 / 5)
    without_the_highest = np.array([1, 1, 1, 1, 0, 1, 1, 1, 1, 1.0])
    assert external.recall_at(ill, score, 1.0)(without_the_highest) == pytest.approx(3 / 5)


def test_a_draw_of_one_kind_alone_has_no_auc() -> None:
    truth, score = np.array([True, False, True]), np.array([0.9, 0.1, 0.8])
    metric = external.auc(truth, score)
    assert metric(np.ones(3)) == 1
    assert np.isnan(metric(np.array([1.0, 0.0, 2.0])))


def four() -> Part:
    """Glioma answered rightly, glioma missed, a healthy slice refused, a healthy one named."""
    answer = bundled.answer()
    probabilities = np.array(
        [[0.9, 0.05, 0.03, 0.02], [0.1, 0.1, 0.7, 0.1], [0.3, 0.3, 0.2, 0.2], [0, 0, 1, 0.0]]
    )
    near = replace(answer, unlike=False, refusal=None)
    return Part(
        files=list("abcd"),
        slices=[],
        truth=np.array([0, 0, 2, 2]),
        groups=np.arange(4),
        answers=[near, near, replace(near, refusal="no", label=None), near],
        probabilities=probabilities,
    )


def test_refused_slices_are_counted_and_left_out_of_accuracy_and_sets() -> None:
    part = four()
    inside = part.probabilities >= 0.05
    figures = external.of_rows(part, inside, np.ones(4, dtype=bool), seed=0)
    assert (figures["n"], figures["refused"]["value"]) == (4, 0.25)
    assert figures["accuracy"]["n"] == 3
    assert figures["accuracy"]["value"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["coverage"]["value"] == 1
    assert figures["mean_size"]["value"] == pytest.approx((2 + 4 + 1) / 3, abs=1e-4)
    assert figures["ece"]["value"] == pytest.approx((0.1 + 0.7 + 0) / 3, abs=1e-4)


def test_a_source_that_is_refused_whole_has_no_calibration() -> None:
    part = four()
    refused = np.array([False, False, True, False])
    figures = external.of_rows(part, part.probabilities >= 0.05, refused, seed=0)
    assert figures["refused"]["value"] == 1 and "ece" not in figures


def test_a_refused_tumor_is_missed() -> None:
    found = external.tumor_or_not(four(), healthy=2, seed=0)
    assert found["recall_at_specificity"]["value"] == 1  # both score above the healthy
    part = four()
    part.answers[0] = replace(part.answers[0], refusal="no")
    assert external.tumor_or_not(part, 2, seed=0)["recall_at_specificity"]["value"] == 0.5
    assert found["right_class_among_tumors_found"]["n"] == 1


def test_steady_maps_are_told_from_the_others() -> None:
    hits = [Hit(1, 0.9), Hit(1, 0.8), Hit(0, 0.1), Hit(1, 0.5)]
    maps = external.TestedMaps(hits, np.array([0.9, 0.8, 0.1, 0.2]), np.arange(4))
    figures = external.of_maps(maps, seed=0)
    assert figures["pointing"]["value"] == 0.75
    assert figures["verdict_auc"]["value"] == 1
    assert (figures["pointing_of_steady"]["value"], figures["pointing_of_steady"]["n"]) == (1, 2)
    assert figures["pointing_of_unsteady"]["value"] == 0.5


def written(folder: Path) -> Boxed:
    """The bundled slice as a file, with a box at one side."""
    pixels = bundled.answer().prepared.pixels
    Image.fromarray(np.uint8(pixels * 255)).save(folder / "a.png")
    return Boxed(folder / "a.png", Box(0.6, 0.4, 0.75, 0.55), bundled.answer().likeliest, 7)


def test_maps_that_all_hit_have_no_auc() -> None:
    maps = external.TestedMaps([Hit(1, 0.9)] * 3, np.array([0.9, 0.8, 0.1]), np.arange(3))
    assert "verdict_auc" not in external.of_maps(maps, seed=0)


def test_a_covered_tumor_is_asked_for_three_times(tmp_path: Path, monkeypatch) -> None:
    boxed, predictor = written(tmp_path), bundled.predictor()
    healthy = predictor.labels.index("notumor")
    logits = np.zeros((3, 4), np.float32)
    logits[0, (healthy + 1) % 4] = logits[2, (healthy + 1) % 4] = logits[1, healthy] = 1
    views = []

    def run(network, batch):
        views.append(batch)
        return np.zeros((3, 1, 1, 1), np.float32), logits

    monkeypatch.setattr(external, "run_network", run)
    monkeypatch.setattr("training.tumor.erasure.is_symmetric", lambda pixels, box: True)
    figures = external.erased(predictor, [boxed], seed=0)
    assert [figure["value"] for figure in figures.values()] == [1, 0, 1]
    assert all(figure["n"] == 1 for figure in figures.values())
    whole, covered, elsewhere = views[0][:, 0]
    assert not np.array_equal(whole, covered) and not np.array_equal(covered, elsewhere)


def data_with(folder: Path, count: int) -> Path:
    """`elsewhere/` with one slice of each of some patients."""
    target = folder / "elsewhere"
    target.mkdir()
    pixels = np.uint8(bundled.answer().prepared.pixels * 255)
    rows = ["file,source,label,patient,view,x_center,y_center,width,height"]
    for k in range(count):
        Image.fromarray(pixels).save(target / f"{k}.png")
        box = "0.7,0.5,0.2,0.2" if k % 2 else ",,,"
        label = "glioma" if k % 2 else "notumor"
        rows.append(f"{k}.png,rsna,{label},{k},axial,{box}")
    (target / "elsewhere.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "localisation").mkdir()
    (folder / "localisation" / "boxes.csv").write_text(
        "file,label,x_center,y_center,width,height\n", encoding="utf-8"
    )
    return folder


def test_only_the_held_out_half_is_measured(tmp_path: Path) -> None:
    held = [k for k in range(8) if half_of(f"rsna/{k}") == "held_out"]
    record = external.section(data_with(tmp_path, 8), bundled.predictor(), seed=0)
    assert DEAL_SEED == 11 and 0 < len(held) < 8
    assert record["all"]["n"] == record["patients"] == len(held)
    assert set(record["by_sequence"]) == {"rsna, T1 with contrast, axial"}
    assert record["far"]["n"] + record["near"]["n"] == len(held)
    assert record["maps"]["elsewhere"]["pointing"]["n"] == sum(k % 2 for k in held)
    assert record["maps"]["localisation"] == {}


def test_without_the_folder_nothing_is_measured(tmp_path: Path) -> None:
    assert external.section(tmp_path, bundled.predictor(), seed=0) == {}
